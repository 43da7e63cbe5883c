"""An ASGI application on a socket: uvicorn, without signals and a log of its own."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from core.errors import StartError
from core.life import GRACE


class _Uvicorn(uvicorn.Server):
    """Signals are ours: one drain for everything in the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.should_exit = True


@asynccontextmanager
async def listening(
    app: ASGIApp, listener: socket.socket, url: str, *, date: bool = True
) -> AsyncIterator[None]:
    """Serves it. Without `date` answers have one already. Raises StartError."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=int(GRACE),
        timeout_keep_alive=30,
        server_header=False,
        proxy_headers=False,  # whose word counts is decided once for both faces
        date_header=date,
        ws="websockets-sansio",
        ws_max_size=4096,  # nothing is listened to
        ws_ping_interval=15.0,
        ws_ping_timeout=20.0,
    )
    server = _Uvicorn(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="http")
    while not server.started:
        if serving.done():
            raise StartError(f"nothing can be served on {url}")
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await serving
