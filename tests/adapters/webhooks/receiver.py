"""A receiver on the loopback that answers as it is told, byte by byte."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Receiver:
    """`answer` is what it writes to each request; `heard` are the requests."""

    answer: bytes
    before: Callable[[], "asyncio.Future[None] | None"] = lambda: None
    port: int = 0
    heard: list[bytes] = field(default_factory=list)
    connections: int = 0
    written: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            self.heard.append(head + await reader.readexactly(length))
            waiting = self.before()
            if waiting is not None:
                await waiting
            for start in range(0, len(self.answer), 8192):
                writer.write(self.answer[start : start + 8192])
                await writer.drain()
                self.written += len(self.answer[start : start + 8192])
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            return  # the other side has had enough
        finally:
            writer.close()


@asynccontextmanager
async def receiving(receiver: Receiver, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Its address, without a slash at the end; by name."""
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield f"{'https' if tls else 'http'}://hall.example:{receiver.port}"
    finally:
        server.close()
        await server.wait_closed()
