"""WebSocket connections, passed on message by message."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from shared.addresses import Network, client_address

_OF_A_CONNECTION: Final = frozenset(
    (
        b"connection",
        b"host",
        b"upgrade",
        b"x-forwarded-for",
        b"x-request-id",
        b"sec-websocket-accept",
        b"sec-websocket-extensions",
        b"sec-websocket-key",
        b"sec-websocket-protocol",
        b"sec-websocket-version",
    )
)
_KEPT: Final = frozenset((b"content-type", b"www-authenticate", b"retry-after", b"x-request-id"))
_AWAY: Final = 1013
"""Try again later."""


async def pass_socket(
    host: str,
    port: int,
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    trusted: Sequence[Network],
    request_id: str,
) -> None:
    """Until one of both ends it. Raises OSError where nobody answers."""
    await receive()  # that somebody wants to connect
    target = scope["raw_path"].decode("ascii")
    if scope["query_string"]:
        target += "?" + scope["query_string"].decode("ascii")
    try:
        upstream = await connect(
            f"ws://{host}:{port}{target}",
            additional_headers=list(_headers(scope, trusted, request_id)),
            subprotocols=[Subprotocol(each) for each in scope["subprotocols"]] or None,
            compression=None,
            proxy=None,
            open_timeout=5,
            user_agent_header=None,
        )
    except InvalidStatus as refused:
        answer = refused.response
        kept = [
            (name.lower().encode(), value.encode()) for name, value in answer.headers.raw_items()
        ]
        headers = [pair for pair in kept if pair[0] in _KEPT]
        start = {"type": "websocket.http.response.start", "status": answer.status_code}
        await send({**start, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": bytes(answer.body or b"")})
        return
    async with upstream:
        await send({"type": "websocket.accept", "subprotocol": upstream.subprotocol})
        ways = [
            asyncio.create_task(_down(upstream, send)),
            asyncio.create_task(_up(upstream, receive)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)


async def _down(upstream: ClientConnection, send: Send) -> None:
    try:
        async for message in upstream:
            kind = "text" if isinstance(message, str) else "bytes"
            await send({"type": "websocket.send", kind: message})
    except ConnectionClosed:
        pass  # why is told below, as after an end in good order
    code, reason = upstream.close_code, upstream.close_reason
    # 1006 stands for no word at all, and may not be said.
    told = _AWAY if code in (None, 1006) else code
    await send({"type": "websocket.close", "code": told, "reason": reason or ""})


async def _up(upstream: ClientConnection, receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        said = message.get("text")
        try:
            await upstream.send(message["bytes"] if said is None else said)
        except ConnectionClosed:
            return  # the other way tells


def _headers(
    scope: Scope, trusted: Sequence[Network], request_id: str
) -> Iterator[tuple[str, str]]:
    forwarded: list[str] = []
    for name, value in scope["headers"]:
        if name == b"x-forwarded-for":
            forwarded.append(value.decode("latin-1"))
        elif name not in _OF_A_CONNECTION:
            yield name.decode("latin-1"), value.decode("latin-1")
    peer = scope.get("client")
    address = client_address(peer[0] if peer else None, forwarded, trusted)
    if address is not None:
        yield "X-Forwarded-For", address
    yield "X-Request-ID", request_id
