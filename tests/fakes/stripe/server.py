"""The fake on a port of its own, with everything that can go wrong on the way."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.serving import Uvicorn
from tests.fakes.stripe.errors import ApiError
from tests.fakes.stripe.faults import Fault
from tests.fakes.stripe.forms import parse
from tests.fakes.stripe.keys import Answer
from tests.fakes.stripe.world import World

API_VERSION = "2026-10-28.endive"
_I = "/v1/payment_intents"
_S = "/v1/checkout/sessions"
_OPERATIONS = [
    ("POST", rf"{_I}", "create"),
    ("GET", rf"{_I}/search", "search"),
    ("GET", rf"{_I}/(\w+)", "retrieve"),
    ("POST", rf"{_I}/(\w+)/confirm", "confirm"),
    ("POST", rf"{_I}/(\w+)/capture", "capture"),
    ("POST", rf"{_I}/(\w+)/cancel", "cancel"),
    ("POST", rf"{_S}", "create_session"),
    ("GET", rf"{_S}", "sessions"),
    ("GET", rf"{_S}/(\w+)", "session"),
    ("POST", rf"{_S}/(\w+)/expire", "expire"),
    ("POST", "/v1/refunds", "refund"),
    ("GET", "/v1/refunds", "refunds"),
    ("GET", r"/v1/refunds/(\w+)", "retrieve_refund"),
    ("GET", "/v1/disputes", "disputes"),
    ("GET", "/v1/balance_transactions", "lines"),
    ("GET", "/v1/events", "events"),
]


@dataclass(frozen=True, slots=True)
class Call:
    world: World
    operation: str
    params: dict[str, Any]
    id: str
    key: str | None


class Server:
    """`worlds` are by API key: an account has one for each mode, and may come and go."""

    def __init__(self) -> None:
        self.worlds: dict[str, World] = {}
        self.url = ""

    async def handle(self, request: Request) -> Response:
        body = (await request.body()).decode()
        try:
            operation, id = _operation(request)
            world = self.worlds.get(
                request.headers.get("authorization", "").removeprefix("Bearer ")
            )
            if world is None:
                raise ApiError(401, "api_key_invalid", kept=False)
            if request.headers.get("stripe-version") != API_VERSION:
                raise ApiError(400, "api_version_missing", kept=False)
            params = parse(body if request.method == "POST" else request.url.query)
            key = request.headers.get("idempotency-key") if request.method == "POST" else None
            world.calls.append((operation, key))
            call = Call(world, operation, params, id, key)
            return await self._answer(call, world.faults(operation))
        except ApiError as error:
            return _response((error.status, error.body))

    async def _answer(self, call: Call, fault: Fault | None) -> Response:
        if fault is Fault.HANG:
            await call.world.closed.wait()
        if fault is Fault.UNAVAILABLE:
            return Response("<html>503</html>", status_code=503)
        if fault is Fault.RATE_LIMITED:
            raise ApiError(429, "rate_limit", kept=False)
        if fault is Fault.LOCKED:
            raise ApiError(409, "lock_timeout", kept=False)

        async def work() -> Answer:
            await asyncio.sleep(0.002)  # others arrive meanwhile
            answer = 200, call.world.call(call.operation, call.params, call.id)
            if fault is Fault.EFFECT_THEN_KEPT_500:
                raise ApiError(500, type="api_error")
            return answer

        content = (call.operation, call.id, call.params)
        answer, is_old = await call.world.keys.once(call.key, content, work)
        if fault is Fault.EFFECT_THEN_500:
            return Response("<html>500</html>", status_code=500)
        if fault is Fault.EFFECT_THEN_HANG:
            await call.world.closed.wait()
        return _response(answer, replayed=is_old)


def _operation(request: Request) -> tuple[str, str]:
    for method, path, operation in _OPERATIONS:
        match = re.fullmatch(path, request.url.path)
        if method == request.method and match:
            return operation, match[1] if match.groups() else ""
    raise ApiError(404, "url_invalid", kept=False)


def _response(answer: Answer, *, replayed: bool = False) -> Response:
    status, body = answer
    headers = {"idempotent-replayed": "true"} if replayed else {}
    return Response(
        json.dumps(body), status_code=status, headers=headers, media_type="application/json"
    )


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    server = Server()
    app = Starlette(routes=[Route("/{path:path}", server.handle, methods=["GET", "POST"])])
    listener = Uvicorn(app)
    running = asyncio.create_task(listener.serve())
    while not listener.started:
        assert not running.done()
        await asyncio.sleep(0.002)
    server.url = f"http://127.0.0.1:{listener.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        for world in server.worlds.values():
            world.closed.set()
        listener.should_exit = True
        await running
