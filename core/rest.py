"""The REST face on a socket."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.app import RestConfig, create_app
from api.front.paths import paths_of
from api.front.served import ServedPath
from api.health.metrics import Figures
from core.access_log import access_line
from core.container import Container
from core.listening import listening
from core.settings import Settings


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
            None
            if house.figures is None
            else Figures(page=house.figures, token=settings.metrics.token_sent)
        ),
        line=access_line(settings.logging.level, settings.logging.format),
    )
    async with listening(app, listener, url):
        yield tuple(paths_of(app))
