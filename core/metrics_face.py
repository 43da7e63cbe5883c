"""/metrics of processes that have no REST face."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from api.health.metrics import Figures, metrics_app
from core.addresses import metrics_url
from core.listening import listening
from core.settings import Settings


@asynccontextmanager
async def metrics_face(
    page: Callable[[], Awaitable[bytes]], settings: Settings, listener: socket.socket
) -> AsyncIterator[None]:
    app = metrics_app(Figures(page=page, token=settings.metrics.token_sent))
    async with listening(app, listener, metrics_url(listener)):
        yield
