"""The outermost layer: every request has an id and one line in the log."""

import re
import time
from collections.abc import Mapping
from typing import Final, Protocol

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from api.context import REQUEST_ID

_USABLE = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I | re.ASCII)
_PARAMETER = re.compile(r"\{(\w+)\}")
_HIDDEN: Final = "…"
_BEGINS: Final = (
    "http.response.start",
    "websocket.accept",
    "websocket.http.response.start",
)
_SWITCHING: Final = 101
NO_ANSWER: Final = 499
"""For the log: the client went away, or the request was cancelled, before there was an answer."""


class AccessLine(Protocol):
    """Writes the line of a request."""

    def __call__(
        self,
        method: str,
        path: str | None,
        route: str | None,
        status: int,
        ms: float,
        size: int,
        request_id: str,
    ) -> None: ...


def logged_line() -> AccessLine:
    """Through the log like any other line; the id is in everything that is logged meanwhile."""
    log = structlog.get_logger("holdfast.access")

    def line(
        method: str,
        path: str | None,
        route: str | None,
        status: int,
        ms: float,
        size: int,
        request_id: str,
    ) -> None:
        log.info("request", method=method, path=path, route=route, status=status, ms=ms, bytes=size)

    return line


class AccessLog:
    """Takes `X-Request-ID` or makes one, gives it to everything that is logged meanwhile and to
    the answer, and writes the request's line: no query, no header, no body, and of the path what a
    route of ours has in it, and ids. People do put passwords into addresses."""

    def __init__(self, app: ASGIApp, line: AccessLine) -> None:
        self._app = app
        self._line = line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        # The fast lane hands over requests that have one already.
        request_id = scope[REQUEST_ID] = scope.get(REQUEST_ID) or _request_id(scope)
        status, size, started = NO_ANSWER, 0, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status, size
            if message["type"] in _BEGINS:
                status = message.get("status", _SWITCHING)
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", request_id.encode()),
                ]
            elif message["type"] in ("http.response.body", "websocket.http.response.body"):
                size += len(message.get("body", b""))
            elif message["type"] == "websocket.send":
                size += len(message.get("text") or "")
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, noted)
            finally:
                route = getattr(scope.get("route"), "path_format", None)
                path = _path(route, scope.get("path_params", {}))
                ms = round((time.perf_counter() - started) * 1000, 2)
                self._line(
                    scope.get("method", "WEBSOCKET"), path, route, status, ms, size, request_id
                )


def _path(route: str | None, sent: Mapping[str, object]) -> str | None:
    """The route with the ids that were sent; None where there is no such route."""
    if route is None:
        return None
    shown = {
        name: value if isinstance(value, str) and _ID.fullmatch(value) else _HIDDEN
        for name, value in sent.items()
    }
    return _PARAMETER.sub(lambda found: shown.get(found[1], _HIDDEN), route)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _USABLE.fullmatch(value):
            return str(value.decode("ascii"))
    return request_id_of(None)


def request_id_of(sent: bytes | None) -> str:
    """The one that was sent, if it is usable; else a new one."""
    if sent is not None and _USABLE.fullmatch(sent):
        return sent.decode("ascii")
    return str(uuid7())
