"""A buyer over REST who goes the whole way: hold, order, payment, tickets. Raw HTTP/1.1 on a
connection of its own, because a comfortable client costs more than the server it measures."""

import asyncio
import uuid

import msgspec


class Refused(Exception):
    """Anything but a 2xx answer."""


class _Named(msgspec.Struct):
    id: str


class _Order(msgspec.Struct):
    state: str


class _Tickets(msgspec.Struct):
    items: list[_Named]


class Buyer:
    def __init__(self, port: int, token: str, hold_body: bytes) -> None:
        self._port = port
        self._token = token
        self._hold_body = hold_body
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> None:
        self._streams = await asyncio.open_connection("127.0.0.1", self._port)

    async def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            await self._streams[1].wait_closed()

    async def order(self) -> str:
        """A hold, and an order made from it."""
        hold = msgspec.json.decode(await self._post("/holds", self._hold_body), type=_Named)
        buyer = {"name": "Ada", "email": "ada@bench.example"}
        body = msgspec.json.encode({"hold_id": hold.id, "buyer": buyer})
        return msgspec.json.decode(await self._post("/orders", body), type=_Named).id

    async def confirm(self, order_id: str) -> None:
        """Pays with the simulated provider; done when the order is confirmed."""
        await self._post(f"/orders/{order_id}/payments", b'{"method":"succeed"}')
        while True:
            order = msgspec.json.decode(await self._call("GET", f"/orders/{order_id}"), type=_Order)
            if order.state == "CONFIRMED":
                return
            await asyncio.sleep(0.005)

    async def tickets(self, order_id: str) -> int:
        answer = await self._call("GET", f"/orders/{order_id}/tickets")
        return len(msgspec.json.decode(answer, type=_Tickets).items)

    async def _post(self, path: str, body: bytes) -> bytes:
        return await self._call("POST", path, body)

    async def _call(self, method: str, path: str, body: bytes | None = None) -> bytes:
        if self._streams is None:
            raise RuntimeError("the connection is not open")
        reader, writer = self._streams
        head = (
            f"{method} /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self._token}\r\n"
        )
        if body is not None:
            head += (
                f"Idempotency-Key: {uuid.uuid4().hex}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n"
            )
        writer.write(f"{head}\r\n".encode() + (body or b""))
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        at = answer.index(b"content-length:") + 15
        content = await reader.readexactly(int(answer[at : answer.index(b"\r\n", at)]))
        if answer[9:10] != b"2":
            raise Refused(f"{method} {path}: {answer[9:12].decode()} {content[:300].decode()}")
        return content
