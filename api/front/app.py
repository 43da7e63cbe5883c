"""The REST face of a system of several services: it sends each request to the one that serves it.

Nothing is decided here, nor looked at: tokens, bodies and answers pass through. What is answered
here is what is about all services at once: /health, /ready, and the description of the API.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Final

import httpcore2
import msgspec
import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.errors import problem
from api.front.forward import ClientGone, Forwarding
from api.front.paths import Map
from api.front.served import ServedPath
from api.front.sockets import pass_socket
from api.links import add_links
from api.middleware.access import request_id_of
from api.middleware.headers import security_headers
from shared.addresses import Network
from shared.errors import AppError, NotReady, ServiceUnavailable

_log = structlog.get_logger("holdfast.front")
_DOCUMENT: Final = "/openapi.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestUpstream:
    """A service: where it listens, and what it serves."""

    name: str
    host: str
    port: int
    paths: tuple[ServedPath, ...] = field(compare=False)


class RestFront:
    """An ASGI application."""

    def __init__(self, upstreams: Sequence[RestUpstream], trusted: Sequence[Network]) -> None:
        self._upstreams = upstreams
        self._map = Map({each: each.paths for each in upstreams})
        self._trusted = trusted
        self._forwarding = Forwarding(trusted)
        self._document: bytes | None = None

    async def close(self) -> None:
        await self._forwarding.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = _request_id(scope)
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send, request_id)
        else:
            await self._request(scope, receive, send, request_id)

    async def _socket(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        upstream = self._map.find(scope["path"], "GET")
        try:
            await pass_socket(
                upstream.host,
                upstream.port,
                scope,
                receive,
                send,
                trusted=self._trusted,
                request_id=request_id,
            )
        except OSError as failure:
            self._say(upstream, failure, request_id)
            await send({"type": "websocket.close", "code": 1013, "reason": "SERVICE_UNAVAILABLE"})

    async def _request(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        started = False

        async def noted(message: Any) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            own = await self._own(scope["path"], scope["method"])
            if own is not None:
                await _completed(own, request_id)(scope, receive, noted)
                return
            upstream = self._map.find(scope["path"], scope["method"])
            await self._pass_on(upstream, scope, receive, noted, request_id)
        except ClientGone:
            return
        except AppError as refusal:
            if started:  # it broke off: the reader must see that
                raise
            answer = problem(refusal, path=scope["path"], request_id=request_id)
            await _completed(answer, request_id)(scope, receive, send)

    async def _pass_on(
        self, upstream: RestUpstream, scope: Scope, receive: Receive, send: Send, request_id: str
    ) -> None:
        """Raises ServiceUnavailable, ClientGone."""
        try:
            await self._forwarding.forward(
                upstream.host,
                upstream.port,
                scope,
                receive,
                send,
                request_id=request_id.encode(),
            )
        except _FAILURES as failure:
            self._say(upstream, failure, request_id)
            raise ServiceUnavailable(retry_after=1) from failure

    @staticmethod
    def _say(upstream: RestUpstream, failure: Exception, request_id: str) -> None:
        _log.warning(
            "a service does not answer",
            service=upstream.name,
            problem=type(failure).__name__,
            request_id=request_id,
        )

    async def _own(self, path: str, method: str) -> Response | None:
        if method not in ("GET", "HEAD"):
            return None
        match path:
            case "/health":
                return _json({"status": "ok"})
            case "/ready":
                await self._require_ready()
                return _json({"status": "ready"})
            case path if path == _DOCUMENT and self._describes:
                return Response(await self._described(), media_type="application/json")
        return None

    async def _require_ready(self) -> None:
        """Raises NotReady."""
        try:
            asked = [
                self._forwarding.get(each.host, each.port, "/ready") for each in self._upstreams
            ]
            answers = await asyncio.gather(*asked)
        except _FAILURES:
            raise NotReady(retry_after=1) from None
        if any(status != 200 for status, _ in answers):
            raise NotReady(retry_after=1)

    @property
    def _describes(self) -> bool:
        return any(path.template == _DOCUMENT for path in self._upstreams[0].paths)

    async def _described(self) -> bytes:
        """What all services say of themselves, as one document. Raises ServiceUnavailable."""
        if self._document is None:
            try:
                asked = [
                    self._forwarding.get(each.host, each.port, _DOCUMENT)
                    for each in self._upstreams
                ]
                answers = await asyncio.gather(*asked)
            except _FAILURES as failure:
                raise ServiceUnavailable(retry_after=1) from failure
            self._document = msgspec.json.encode(
                merged([msgspec.json.decode(body) for _, body in answers])
            )
        return self._document


_FAILURES: Final = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.TimeoutException,
    OSError,
)


def merged(documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One OpenAPI document of several, with the links between them."""
    first, *others = documents
    whole = {**first, "paths": dict(first["paths"])}
    whole["components"] = {kind: dict(parts) for kind, parts in first["components"].items()}
    for each in others:
        for path, item in each["paths"].items():
            whole["paths"][path] = {**whole["paths"].get(path, {}), **item}
        for kind, parts in each["components"].items():
            whole["components"].setdefault(kind, {}).update(parts)
    add_links(whole["paths"])
    return whole


def _request_id(scope: Scope) -> str:
    sent = (value for name, value in scope["headers"] if name == b"x-request-id")
    return request_id_of(next(sent, None))


def _completed(answer: Response, request_id: str) -> Response:
    """With what every answer of a service brings along."""
    answer.headers["Date"] = formatdate(usegmt=True)
    answer.headers["X-Request-ID"] = request_id
    for name, value in security_headers(0):
        answer.headers.setdefault(name.decode(), value.decode())
    return answer


def _json(content: object) -> Response:
    return Response(msgspec.json.encode(content), media_type="application/json")
