"""A request and its answer, passed on as they are: whatever is of a connection stays behind."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from typing import Final

import httpcore2
from starlette.types import Message, Receive, Scope, Send

from shared.addresses import Network, client_address

Headers = list[tuple[bytes, bytes]]

_OF_A_CONNECTION: Final = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)
_FORWARDED: Final = b"x-forwarded-for"


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


class Forwarding:
    """Passes requests on over connections that are kept. `trusted` are the proxies in front of us
    whose word on the caller's address is believed; whom we ask hears one address, which is ours to
    tell, and nothing that a caller wrote there."""

    def __init__(self, trusted: Sequence[Network], *, connections: int = 512) -> None:
        self._trusted = trusted
        self._pool = httpcore2.AsyncConnectionPool(
            max_connections=connections, max_keepalive_connections=64, keepalive_expiry=20
        )

    async def close(self) -> None:
        await self._pool.aclose()

    async def get(self, host: str, port: int, path: str) -> tuple[int, bytes]:
        """A question of our own: status and body. Raises OSError and httpcore2's errors."""
        url = httpcore2.URL(scheme=b"http", host=host.encode(), port=port, target=path.encode())
        answer = await self._pool.request(
            "GET", url, headers=[(b"host", b"front")], extensions={"timeout": _within(5)}
        )
        return answer.status, answer.content

    async def forward(
        self,
        host: str,
        port: int,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        request_id: bytes,
    ) -> None:
        """Raises httpcore2.ConnectError where nothing was sent, httpcore2's other errors where
        nobody knows, ClientGone; all of them before the answer has begun. What breaks off later
        is raised as it is, and breaks our answer off."""
        target = scope["raw_path"]
        if scope["query_string"]:
            target += b"?" + scope["query_string"]
        headers = [*self._request_headers(scope), (b"x-request-id", request_id)]
        request = httpcore2.Request(
            scope["method"],
            httpcore2.URL(scheme=b"http", host=host.encode(), port=port, target=target),
            headers=headers,
            content=_body(receive) if _has_body(headers) else None,
            extensions={"timeout": {"connect": 2.0, "pool": 5.0}},
        )
        answer = await self._pool.handle_async_request(request)
        try:
            endless = not any(name == b"content-length" for name, _ in answer.headers)
            kept = [
                (name.lower(), value)
                for name, value in answer.headers
                if name.lower() not in _OF_A_CONNECTION
            ]
            await send({"type": "http.response.start", "status": answer.status, "headers": kept})
            if endless:
                await _unless_gone(_copy(answer, send), receive)
            else:
                await _copy(answer, send)
        finally:
            await answer.aclose()

    def _request_headers(self, scope: Scope) -> Iterator[tuple[bytes, bytes]]:
        forwarded: list[str] = []
        chunked = False
        for name, value in scope["headers"]:
            if name == _FORWARDED:
                forwarded.append(value.decode("latin-1"))
            elif name == b"transfer-encoding":
                chunked = True
            elif name not in _OF_A_CONNECTION and name != b"x-request-id":
                yield name, value
        if chunked:
            yield b"transfer-encoding", b"chunked"
        peer = scope.get("client")
        address = client_address(peer[0] if peer else None, forwarded, self._trusted)
        if address is not None:
            yield _FORWARDED, address.encode()


def _within(seconds: float) -> dict[str, float]:
    return dict.fromkeys(("connect", "read", "write", "pool"), seconds)


def _has_body(headers: Headers) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in headers
    )


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    """Raises ClientGone when it breaks off."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone()
        if chunk := message.get("body", b""):
            yield chunk
        if not message.get("more_body", False):
            return


async def _copy(answer: httpcore2.Response, send: Send) -> None:
    async for chunk in answer.aiter_stream():
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _unless_gone(copying: Coroutine[None, None, None], receive: Receive) -> None:
    """An answer may have no end by itself: it ends when its reader leaves."""
    copy = asyncio.ensure_future(copying)
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({copy, gone}, return_when=asyncio.FIRST_COMPLETED)
        if copy.done():
            copy.result()
    finally:
        for task in (copy, gone):
            task.cancel()
        await asyncio.gather(copy, gone, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    message: Message = await receive()
    while message["type"] != "http.disconnect":
        message = await receive()
