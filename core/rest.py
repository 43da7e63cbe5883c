"""The REST face on a socket: uvicorn, without signals and a log of its own."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from api.app import RestConfig, create_app
from api.front.paths import paths_of
from api.front.served import ServedPath
from api.health.metrics import Figures
from core.access_log import access_line
from core.container import Container
from core.errors import StartError
from core.life import GRACE
from core.settings import Settings


class _Uvicorn(uvicorn.Server):
    """Signals are ours: one drain for everything in the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.should_exit = True


@asynccontextmanager
async def rest_face(
    house: Container,
    settings: Settings,
    listener: socket.socket,
    url: str,
    *,
    trusted: tuple[str, ...],
) -> AsyncIterator[tuple[ServedPath, ...]]:
    """Serves; answers the paths that it has."""
    app = create_app(
        house.application,
        RestConfig(
            cors_origins=settings.rest.cors_origins,
            docs=settings.rest.docs,
            max_body_bytes=settings.rest.max_body_bytes,
            gzip_min_bytes=settings.rest.gzip_min_bytes,
            trusted_proxies=trusted,
            fast_lane=settings.rest.fast_lane,
            operations=house.operations,
        ),
        ready=house.ready,
        jwks=house.jwks,
        mounts=house.pages,
        figures=(
            None if house.figures is None else Figures(page=house.figures, token=_token(settings))
        ),
        line=access_line(settings.logging.level, settings.logging.format),
    )
    async with listening(app, listener, url):
        yield tuple(paths_of(app))


@asynccontextmanager
async def listening(
    app: ASGIApp, listener: socket.socket, url: str, *, date: bool = True
) -> AsyncIterator[None]:
    """Serves an application on a socket. Without `date` answers have one already."""
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
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="rest")
    while not server.started:
        if serving.done():
            raise StartError(f"REST did not start on {url}")
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _token(settings: Settings) -> str | None:
    token = settings.metrics.token
    return None if token is None else token.get_secret_value()
