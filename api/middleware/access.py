"""The outermost layer: every request has an id and one line in the log."""

import re
import time
from collections.abc import Mapping
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from api.context import REQUEST_ID

_USABLE = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I | re.ASCII)
_PARAMETER = re.compile(r"\{(\w+)\}")
_HIDDEN: Final = "…"
_NO_ANSWER: Final = 499
"""For the log: the client went away, or the request was cancelled, before there was an answer."""


class AccessLog:
    """Takes `X-Request-ID` or makes one, gives it to everything that is logged meanwhile and to
    the answer, and writes the request's line: no query, no header, no body, and of the path what a
    route of ours has in it, and ids. People do put passwords into addresses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = structlog.get_logger("holdfast.access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope[REQUEST_ID] = request_id
        status, size, started = _NO_ANSWER, 0, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", request_id.encode()),
                ]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, noted)
            finally:
                route = getattr(scope.get("route"), "path_format", None)
                self._log.info(
                    "request",
                    method=scope["method"],
                    path=_path(route, scope.get("path_params", {})),
                    route=route,
                    status=status,
                    ms=round((time.perf_counter() - started) * 1000, 2),
                    bytes=size,
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
    return str(uuid7())
