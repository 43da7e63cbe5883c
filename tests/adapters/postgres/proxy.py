"""A wire to the database that breaks at a chosen word."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Break:
    """Cuts the connection whose client says `word`: before the server hears it, or, with
    `performed`, when the server has answered, which the client does not hear any more."""

    word: bytes
    performed: bool = False
    skip: int = 0
    """So many times it may be said before."""
    for_good: bool = False
    """Nobody gets through afterwards."""


class Proxy:
    """Forwards connections of one client to one server."""

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self._open: set[asyncio.StreamWriter] = set()
        self.planned: Break | None = None
        self.breaks = self._said = 0
        self.away = False

    @property
    def url(self) -> str:
        host = f"{self._to.username}:{self._to.password}@127.0.0.1:{self._port}"
        return self._to._replace(netloc=host).geturl()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Proxy"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for writer in list(self._open):
                writer.close()
            while self._open:
                await asyncio.sleep(0.005)

    async def _serve(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self.away:
            back.close()
            return
        answers, server = await asyncio.open_connection(self._to.hostname, self._to.port)
        ends = (server, back)
        self._open.update(ends)
        cut = asyncio.Event()
        pumps = (
            asyncio.create_task(self._ask(client, server, cut)),
            asyncio.create_task(self._answer(answers, back, cut)),
        )
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for end in self._ends(ends):
            end.close()
        await asyncio.wait(pumps)
        self._open.difference_update(ends)

    def _ends(self, of_one: tuple[asyncio.StreamWriter, ...]) -> tuple[asyncio.StreamWriter, ...]:
        return tuple(self._open) if self.away else of_one

    async def _ask(
        self, client: asyncio.StreamReader, server: asyncio.StreamWriter, cut: asyncio.Event
    ) -> None:
        while said := await _read(client):
            if (planned := self._reached(said)) is not None:
                if not planned.performed:
                    return
                cut.set()  # whatever is answered from now on
            server.write(said)
            await server.drain()

    async def _answer(
        self, answers: asyncio.StreamReader, back: asyncio.StreamWriter, cut: asyncio.Event
    ) -> None:
        while answered := await _read(answers):
            if cut.is_set():
                return
            back.write(answered)
            await back.drain()

    def _reached(self, said: bytes) -> Break | None:
        planned = self.planned
        if planned is None or planned.word not in said:
            return None
        self._said += 1
        if self._said <= planned.skip:
            return None
        self.planned = None
        self._said = 0
        self.breaks += 1
        self.away = planned.for_good
        return planned


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(65_536)
    except OSError:
        return b""
