"""One process that does everything it is asked to."""

import asyncio
import importlib
import socket
from typing import NoReturn

import structlog

from application.services import Service
from core.addresses import bound, metrics_url, reachable_url
from core.banner import banner
from core.database import database_of
from core.life import GRACE, live, stop_signal, until_the_end
from core.logging import configure_logging
from core.settings import Settings

_log = structlog.get_logger("holdfast")


def run(settings: Settings, *, rest: bool, grpc: bool, worker: bool) -> NoReturn:
    """Its whole life."""
    configure_logging(settings.logging.level, settings.logging.format)
    live(_alone(settings, rest=rest, grpc=grpc, worker=worker))


async def _alone(settings: Settings, *, rest: bool, grpc: bool, worker: bool) -> None:
    stop = stop_signal()
    host, port = settings.rest.host, settings.rest.port
    listener = bound(host, port, face="REST", setting="REST__PORT") if rest else None
    metrics = _metrics(settings, rest=rest)
    # Of another process's face we know what the settings say, of our own the port it got.
    rest_url = reachable_url(host, listener.getsockname()[1] if listener else port)
    # Seconds of imports, during which the embedded server starts.
    loading = asyncio.create_task(asyncio.to_thread(load, rest=rest, grpc=grpc))
    async with database_of(settings) as (address, ended):
        await loading
        from core.serve import Duties, serving

        duties = Duties(
            rest_url=rest_url,
            listener=listener,
            grpc_port=settings.grpc.port if grpc else None,
            works=worker,
            services=frozenset(map(Service, settings.services.serve)),
            inventory=inventory_of(settings),
            inventory_listen=settings.services.inventory_listen,
            metrics=metrics,
        )
        async with serving(settings, address, duties) as served:
            print(
                banner(
                    rest_url=rest_url if rest else None,
                    grpc_address=served.grpc_address,
                    works=worker,
                    database="embedded" if settings.is_embedded else "DATABASE__URL",
                    demo=served.demo,
                    metrics=None if metrics is None else metrics_url(metrics),
                ),
                flush=True,
            )
            await until_the_end(stop, ended())
            _log.info("stopping", grace_seconds=GRACE)
    _log.info("stopped")


def _metrics(settings: Settings, *, rest: bool) -> socket.socket | None:
    port = settings.metrics.port_without(rest=rest)
    if port is None:
        return None
    return bound(settings.metrics.host, port, face="Metrics", setting="METRICS__PORT")


def inventory_of(settings: Settings) -> str | None:
    """Where the holds are kept, where that is not here."""
    chosen = settings.services
    return None if "catalog" in chosen.serve else chosen.inventory


def load(*, rest: bool, grpc: bool, front: bool = False) -> None:
    """Imports what such a process needs."""
    if front:
        importlib.import_module("core.front")
        return
    importlib.import_module("core.serve")
    if rest:
        importlib.import_module("core.rest")
    if grpc:
        importlib.import_module("grpc_app.server")
