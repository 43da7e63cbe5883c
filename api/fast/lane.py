"""The fast lane: for a few routes, everything that stands around an endpoint in one function.

The ordinary way (routing over every path, a stack of middleware, FastAPI's reading of requests)
costs more than the sale itself. Here the same endpoint is called with the same arguments, and the
answer gets the same headers and the same line in the log. Whatever is unusual goes the ordinary
way, so that this code is short: tests/api/test_lanes.py compares both byte for byte.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import reply_headers
from api.context import REQUEST_ID, Call, context_from
from api.errors import problem
from api.fast.route import Asked, FastRoute, Unusual
from api.middleware.access import NO_ANSWER, AccessLine, request_id_of
from api.middleware.headers import Headers, completed
from shared.addresses import Network
from shared.errors import AppError, Internal

_JSON: Final = b"application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneConfig:
    """What the middleware of the ordinary way is told. `cors`: some origins are let in."""

    line: AccessLine
    always: Headers
    most_bytes: int
    gzip_min_bytes: int
    gzip_level: int
    cors: bool
    trusted: Sequence[Network]


class FastLane:
    """`ordinary` is the whole app without this lane."""

    def __init__(self, routes: Sequence[FastRoute], ordinary: ASGIApp, config: LaneConfig) -> None:
        self._plain = {
            (route.method, route.format): route for route in routes if not route.pattern.groups
        }
        self._by_method: dict[str, list[FastRoute]] = {}
        for route in routes:
            if route.pattern.groups:
                self._by_method.setdefault(route.method, []).append(route)
        self._ordinary = ordinary
        self._config = config
        self._log = structlog.get_logger("holdfast.rest")

    def find(self, scope: Scope) -> Asked | None:
        """The request, if it is for one of the routes and there is nothing unusual about it."""
        if scope["type"] != "http":
            return None
        route, ids = self._route(scope["method"], scope["path"])
        if route is None:
            return None
        headers = dict(scope["headers"])
        if len(headers) != len(scope["headers"]) or scope.get("root_path"):
            return None
        if self._config.cors and b"origin" in headers:
            return None
        length = headers.get(b"content-length")
        if not route.has_body:
            if length is not None:
                return None
        elif headers.get(b"content-type") != _JSON or length is None or not length.isdigit():
            return None
        elif int(length) > self._config.most_bytes:
            return None
        return Asked(route, ids, scope["query_string"], headers)

    def _route(self, method: str, path: str) -> tuple[FastRoute | None, tuple[str, ...]]:
        plain = self._plain.get((method, path))
        if plain is not None:
            return plain, ()
        for route in self._by_method.get(method, ()):
            found = route.pattern.fullmatch(path)
            if found is not None:
                return route, found.groups()
        return None, ()

    async def serve(self, asked: Asked, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what `find` found."""
        started = time.perf_counter()
        request_id = scope[REQUEST_ID] = request_id_of(asked.headers.get(b"x-request-id"))
        status, size, here = NO_ANSWER, 0, True
        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            body = await _read(receive) if asked.route.has_body else b""
            if body is None:
                return  # nobody is left to answer
            answer = await self._answer(asked, scope, receive, body)
            if answer is None:
                here = False
                await self._ordinary(scope, _again(body, receive), send)
                return
            status, content = answer.status_code, answer.body
            headers = completed(answer.raw_headers, self._config.always)
            headers.append((b"x-request-id", request_id.encode()))
            await send({"type": "http.response.start", "status": status, "headers": headers})
            size = len(content)
            await send({"type": "http.response.body", "body": content})
        except Exception as bug:  # of the server's; ours are answered
            self._log.error("failed", exc_info=bug)
        finally:
            if here:
                ms = round((time.perf_counter() - started) * 1000, 2)
                route = asked.route
                self._config.line(
                    route.method, scope["path"], route.format, status, ms, size, request_id
                )
            structlog.contextvars.reset_contextvars(**bound)

    async def _answer(
        self, asked: Asked, scope: Scope, receive: Receive, body: bytes
    ) -> Response | None:
        """None for what the ordinary route has to answer."""
        if len(body) > self._config.most_bytes:
            return None
        call = Call(scope, receive)
        try:
            answer = await self._called(call, asked, body)
        except Unusual:
            return None
        except AppError as refusal:
            answer = problem(
                refusal,
                path=scope["path"],
                request_id=scope[REQUEST_ID],
                if_match=b"if-match" in asked.headers,
                headers=reply_headers(call.ctx),
            )
        except Exception as bug:
            self._log.error("failed", exc_info=bug)
            request_id = scope[REQUEST_ID]
            error = Internal(metadata={"request_id": request_id})
            return problem(error, path=scope["path"], request_id=request_id)
        if len(answer.body) < self._config.gzip_min_bytes:
            return answer
        return await self._compressed(answer, scope, receive)

    async def _called(self, call: Call, asked: Asked, body: bytes) -> Response:
        operation, headers = asked.route.operation, asked.headers
        call.ctx = context_from(
            call,
            token=headers.get(b"authorization"),
            key=headers.get(b"idempotency-key"),
            forwarded=headers.get(b"x-forwarded-for"),
            trusted=self._config.trusted,
        )
        try:
            call.ctx = await operation.admit(call.ctx)
        except AppError as refusal:
            operation.refuse(refusal, call.ctx)
            raise
        return await asked.route.endpoint(call, **asked.route.arguments(asked, body))

    async def _compressed(self, answer: Response, scope: Scope, receive: Receive) -> Response:
        """By the middleware that compresses the ordinary way."""
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)

        config = self._config
        level, least = config.gzip_level, config.gzip_min_bytes
        await GZipMiddleware(answer, least, level)(scope, receive, keep)
        answer.raw_headers, answer.body = sent[0]["headers"], sent[1]["body"]
        return answer


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None if the client has gone."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body", False):
        message = await receive()
        body += message.get("body", b"")
    return None if message["type"] == "http.disconnect" else body


def _again(body: bytes, receive: Receive) -> Receive:
    """For whoever reads after us."""
    unread = [body]

    async def replayed() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return replayed
