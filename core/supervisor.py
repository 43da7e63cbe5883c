"""Several processes on the same ports: starts them, starts them again, and ends them."""

import socket
from contextlib import AbstractContextManager, nullcontext
from typing import NoReturn

import structlog

from application.services import Service
from core.addresses import metrics_url, reachable_url, reserved
from core.alone import inventory_of
from core.banner import banner
from core.crew import Crew, Post
from core.database import database_of
from core.life import GRACE, live, stop_signal, until_the_end
from core.logging import configure_logging
from core.metrics_folder import shared_folder
from core.settings import Settings

_log = structlog.get_logger("holdfast")


def supervise(settings: Settings, *, rest: bool, grpc: bool, worker: bool) -> NoReturn:
    """The whole life of a supervisor. It serves nothing itself, and is small: the embedded server,
    the ports and the members are its."""
    configure_logging(settings.logging.level, settings.logging.format)
    with shared_figures(settings):
        live(_supervise(settings, rest=rest, grpc=grpc, worker=worker))


def shared_figures(settings: Settings) -> AbstractContextManager[object]:
    """Whichever member is asked for them tells those of all."""
    if not settings.metrics.enabled:
        return nullcontext()
    return shared_folder(settings.data_dir / "metrics")


async def _supervise(settings: Settings, *, rest: bool, grpc: bool, worker: bool) -> None:
    stop = stop_signal()
    workers = settings.web.workers
    rest_port = _port(settings.rest.host, settings.rest.port, "REST") if rest else None
    grpc_port = _port(settings.grpc.host, settings.grpc.port, "gRPC") if grpc else None
    rest_url = reachable_url(
        settings.rest.host, rest_port.getsockname()[1] if rest_port else settings.rest.port
    )
    metrics_port = settings.metrics.port_without(rest=rest)
    metrics = (
        None if metrics_port is None else _port(settings.metrics.host, metrics_port, "Metrics")
    )
    posts = [
        Post(
            name=f"web {number}",
            rest_port=_number(rest_port),
            grpc_port=_number(grpc_port),
            metrics_port=_number(metrics),
            services=frozenset(map(Service, settings.services.serve)),
            inventory=inventory_of(settings),
            inventory_listen=settings.services.inventory_listen,
        )
        for number in range(1, workers + 1)
    ]
    if worker:  # in a process of its own: it slows nobody who serves, and is done once
        posts.append(Post(name="work", works=True))
    crew = Crew(posts, processes=workers, rest_url=rest_url)
    try:
        await crew.start()
        async with database_of(settings, processes=len(posts)) as (address, ended):
            try:
                first = await crew.brief(address)
                _tell_limits(settings)
                print(
                    banner(
                        rest_url=rest_url if rest else None,
                        grpc_address=first.grpc_address,
                        works=worker,
                        database="embedded" if settings.is_embedded else "DATABASE__URL",
                        demo=first.demo,
                        workers=workers,
                        metrics=None if metrics is None else metrics_url(metrics),
                    ),
                    flush=True,
                )
                await until_the_end(stop, ended(), crew.failed())
                _log.info("stopping", processes=len(posts), grace_seconds=GRACE)
            finally:
                await crew.stop()
    finally:
        await crew.stop()
        for port in (rest_port, grpc_port, metrics):
            if port is not None:
                port.close()
    _log.info("stopped")


def _port(host: str, port: int, face: str) -> socket.socket:
    return reserved(host, port, face=face, setting=f"{face.upper()}__PORT")


def _number(port: socket.socket | None) -> int | None:
    return None if port is None else int(port.getsockname()[1])


def _tell_limits(settings: Settings) -> None:
    if settings.redis.url is None:
        _log.warning(
            "rate limits are counted by each process: each allows its share of what is set; "
            "REDIS__URL counts them together",
            processes=settings.web.workers,
        )
