"""Requests whose answers go on, as a server hands them over and takes them."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.types import Message

from tests.api.house import Client, House, Json

PATIENCE = 60.0
"""Seconds until something must have been sent; normally it is there."""


class Line:
    """One request as the server hands it over. While it is `held`, nothing is taken from us."""

    def __init__(
        self, house: House, kind: str, path: str, headers: Sequence[tuple[str, str]]
    ) -> None:
        self._sent: asyncio.Queue[Message] = asyncio.Queue()
        self._left = asyncio.Event()
        self._heard: list[Message] = [] if kind == "http" else [{"type": "websocket.connect"}]
        self._leaving = f"{kind}.disconnect"
        self.held = False
        where, _, query = path.partition("?")
        named = [(name.encode(), value.encode()) for name, value in headers]
        offered = [value for name, value in headers if name == "sec-websocket-protocol"]
        scope = {
            "type": kind,
            "http_version": "1.1",
            "method": "GET",
            "path": f"/api/v1{where}",
            "raw_path": where.encode(),
            "query_string": query.encode(),
            "headers": named,
            "client": ("127.0.0.1", 1),
            "server": ("test", 80),
            "scheme": "http" if kind == "http" else "ws",
            "root_path": "",
            "subprotocols": [each.strip() for line in offered for each in line.split(",")],
            "extensions": {"websocket.http.response": {}},
            "asgi": {"version": "3.0", "spec_version": "2.3"},
        }
        if kind == "http":
            del scope["subprotocols"], scope["extensions"]
        self.running = asyncio.create_task(house.rest(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        if self._heard:
            return self._heard.pop()
        await self._left.wait()
        return {"type": self._leaving}

    async def _send(self, message: Message) -> None:
        await self._sent.put(message)
        while self.held:
            await asyncio.sleep(0.01)

    async def next(self) -> Message:
        return await asyncio.wait_for(self._sent.get(), PATIENCE)

    async def event(self) -> Json:
        """The next that is no sign of life; `retry` is in the first."""
        while True:
            frame = (await self.next())["body"].decode()
            parts = dict(line.split(": ", 1) for line in frame.splitlines() if ": " in line)
            if "data" in parts:
                return {**parts, "data": json.loads(parts["data"])}

    async def said(self) -> Json:
        message = await self.next()
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def leave(self) -> None:
        self._left.set()
        self.held = False
        await asyncio.wait_for(self.running, PATIENCE)


@asynccontextmanager
async def line(
    house: House, path: str, who: Client | None, *headers: tuple[str, str], kind: str = "http"
) -> AsyncIterator[Line]:
    bearer = [("authorization", f"Bearer {who.token}")] if who else []
    opened = Line(house, kind, path, [*bearer, *headers])
    try:
        yield opened
    finally:
        await opened.leave()
