"""A stream as Server-Sent Events."""

from collections.abc import AsyncGenerator
from typing import Any, Final, TypeVar

import structlog
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from api.answers import done
from api.context import REQUEST_ID, Call
from api.live.telling import Name, encode, in_time, problem_data, until_left
from api.middleware.head import ASKED_FOR_HEAD
from application.live.stream import Stream
from application.messages import Message
from shared.errors import AppError

M = TypeVar("M", bound=Message[object])
R = TypeVar("R")

_RETRY: Final = b"retry: 2000\n\n"
"""Milliseconds until a browser comes back."""
_BEAT: Final = b":\n\n"
_log = structlog.get_logger("holdfast.rest")


class SseResponse(JSONResponse):
    """For the documentation: each event's data has the shape of the answer."""

    media_type = "text/event-stream"


async def event_stream(
    call: Call, stream: Stream[M, R], message: M, event: str, cursor: Name
) -> Response:
    """Refusals at the door are answers like any other. Where there is nothing more to tell it is
    204, after which a browser does not come back."""
    told = stream(message, call.ctx)
    first = await anext(told, None)
    if first is None:
        return done(call)
    return _EventStream(first, told, event, cursor)


class _EventStream(Response):
    def __init__(self, first: object, told: AsyncGenerator[Any], event: str, cursor: Name) -> None:
        self.status_code = 200
        self.background = None
        self.body = b""
        self.raw_headers = [
            (b"content-type", b"text/event-stream"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),  # proxies pass it on as it comes
        ]
        self._first = first
        self._told = told
        self._event = event.encode()
        self._cursor = cursor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {"status": self.status_code, "headers": self.raw_headers}
        try:
            await send({"type": "http.response.start", **headers})
            if ASKED_FOR_HEAD in scope:
                await send({"type": "http.response.body", "body": b""})
            else:
                await until_left(self._tell(scope, send), _left(receive))
        except TimeoutError:
            _log.info("a stream was left: its reader is slow")  # the server hangs up
        finally:
            await self._told.aclose()

    async def _tell(self, scope: Scope, send: Send) -> None:
        async def say(data: bytes, more: bool = True) -> None:
            await in_time(send({"type": "http.response.body", "body": data, "more_body": more}))

        await say(_RETRY + self._frame(self._first))
        last = b""
        try:
            async for each in self._told:
                await say(_BEAT if each is None else self._frame(each))
        except AppError as refusal:
            data = problem_data(refusal, path=scope["path"], request_id=scope[REQUEST_ID])
            last = b"event: problem\ndata: " + data + b"\n\n"
        await say(last, more=False)

    def _frame(self, view: object) -> bytes:
        cursor = self._cursor(view)
        line = b"" if cursor is None else b"id: " + cursor.encode() + b"\n"
        return line + b"event: " + self._event + b"\ndata: " + encode(view) + b"\n\n"


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
