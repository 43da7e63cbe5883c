"""A stream over WebSocket.

A browser cannot send headers with one: the token comes as a subprotocol, `bearer.<token>`, beside
`holdfast.live`, which is the one that is agreed upon. It is never taken from the address, which
proxies write into their logs.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.context import REQUEST_ID, context_of
from api.errors import problem
from api.live.telling import Name, encode, in_time, problem_data, until_left
from api.routing import Routes
from application.live.stream import Stream
from application.messages import Context, Message
from shared.addresses import Network
from shared.errors import AppError, Code

PROTOCOL: Final = "holdfast.live"
_BEARER: Final = "bearer."
_OVER, _NOT_ALLOWED, _LATER, _BUG = 1000, 1008, 1013, 1011
_CODES: Final[Mapping[Code, int]] = {
    Code.UNAUTHENTICATED: _NOT_ALLOWED,
    Code.PERMISSION_DENIED: _NOT_ALLOWED,
    Code.NOT_FOUND: _NOT_ALLOWED,
    Code.INTERNAL: _BUG,
}
_log = structlog.get_logger("holdfast.rest")

Read = Callable[[Mapping[str, str], Mapping[str, str]], Message[object]]
"""Makes the message of what is in the path and in the query. Raises FieldInvalid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket:
    """One stream at one address, which is `path_format` for the log."""

    path_format: str
    stream: Stream[Any, Any]
    read: Read
    event: str
    cursor: Name
    trusted: Sequence[Network]

    async def __call__(self, socket: WebSocket) -> None:
        socket.scope["route"] = self
        ctx = _with_token(context_of(socket, self.trusted), socket)
        try:
            ctx = await self.stream.admit(ctx)
            message = self.read(socket.path_params, socket.query_params)
        except AppError as refusal:
            self.stream.refuse(refusal, ctx)
            await _deny(socket, refusal)
            return
        told = self.stream(message, ctx)
        try:
            first = await anext(told, None)
        except AppError as refusal:
            await _deny(socket, refusal)
            return
        try:
            offered = socket.scope["subprotocols"]
            await socket.accept(PROTOCOL if PROTOCOL in offered else None)
            await until_left(self._tell(socket, first, told), _left(socket))
        except TimeoutError:
            _log.info("a stream was left: its reader is slow")
        except WebSocketDisconnect:
            return
        finally:
            await told.aclose()

    async def _tell(self, socket: WebSocket, first: object, told: AsyncGenerator[Any]) -> None:
        code = _OVER
        if first is not None:
            await in_time(socket.send_text(self._frame(first)))
        try:
            async for each in told:
                if each is not None:  # the server sends pings
                    await in_time(socket.send_text(self._frame(each)))
        except AppError as refusal:
            path, request_id = socket.scope["path"], socket.scope[REQUEST_ID]
            data = problem_data(refusal, path=path, request_id=request_id)
            code = _CODES.get(refusal.code, _LATER)
            await in_time(socket.send_text('{"event":"problem","data":' + data.decode() + "}"))
        await in_time(socket.close(code))

    def _frame(self, view: object) -> str:
        return encode({"event": self.event, "id": self.cursor(view), "data": view}).decode()


def add_socket(routes: Routes, socket: Socket) -> None:
    if routes.served is None or socket.stream.name in routes.served:
        routes.app.router.add_websocket_route(
            socket.path_format, socket.__call__, name=socket.stream.name
        )


def _with_token(ctx: Context, socket: WebSocket) -> Context:
    """What is sent twice is a token that nobody will accept."""
    offered = [each for each in socket.scope["subprotocols"] if each.startswith(_BEARER)]
    if not offered:
        return ctx
    alone = len(offered) == 1 and ctx.credentials is None
    return replace(ctx, credentials=offered[0].removeprefix(_BEARER) if alone else "")


async def _deny(socket: WebSocket, refusal: AppError) -> None:
    path, request_id = socket.scope["path"], socket.scope[REQUEST_ID]
    await socket.send_denial_response(problem(refusal, path=path, request_id=request_id))


async def _left(socket: WebSocket) -> None:
    """Whatever is said to us meanwhile is not listened to."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
