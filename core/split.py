"""The services of one machine, each a process, behind one address."""

from contextlib import ExitStack
from typing import Final, NoReturn

import structlog

from application.services import Service
from core.addresses import reachable_url, reserved
from core.banner import banner
from core.crew import Crew, Post
from core.database import database_of
from core.life import GRACE, live, stop_signal, until_the_end
from core.logging import configure_logging
from core.settings import Settings
from core.supervisor import shared_figures

_log = structlog.get_logger("holdfast")

_HOST: Final = "127.0.0.1"
"""Of everything that is behind the front: nothing else reaches it from another machine."""
_SERVING: Final = (Service.CATALOG, Service.ORDERS, Service.IDENTITY)


def split(settings: Settings) -> NoReturn:
    """The whole life of a supervisor of services."""
    configure_logging(settings.logging.level, settings.logging.format)
    with shared_figures(settings):
        live(_split(settings))


async def _split(settings: Settings) -> None:
    stop = stop_signal()
    with ExitStack() as ports:
        rest = _reserved(ports, settings.rest.host, settings.rest.port, "REST")
        grpc = _reserved(ports, settings.grpc.host, settings.grpc.port, "gRPC")
        rest_url = reachable_url(settings.rest.host, rest)
        posts = _posts(ports)
        posts.append(Post(name="work", works=True, services=frozenset({Service.WORKERS})))
        posts.append(Post(name="front", rest_port=rest, grpc_port=grpc, fronts=True))
        crew = Crew(posts, processes=1, rest_url=rest_url)
        try:
            await crew.start()
            async with database_of(settings, processes=len(posts)) as (address, ended):
                try:
                    first = await crew.brief(address)
                    front = crew.report_of(posts[-1])
                    print(
                        banner(
                            rest_url=rest_url,
                            grpc_address=front.grpc_address,
                            works=True,
                            database="embedded" if settings.is_embedded else "DATABASE__URL",
                            demo=first.demo,
                            services=[post.name for post in posts],
                        ),
                        flush=True,
                    )
                    await until_the_end(stop, ended(), crew.failed())
                    _log.info("stopping", processes=len(posts), grace_seconds=GRACE)
                finally:
                    await crew.stop()
        finally:
            await crew.stop()
    _log.info("stopped")


def _posts(ports: ExitStack) -> list[Post]:
    """Catalog first: it prepares the database, and the others ask it for holds."""
    inventory = f"{_HOST}:{_reserved(ports, _HOST, 0, 'The inventory')}"
    return [
        Post(
            name=service.value,
            rest_port=_reserved(ports, _HOST, 0, "REST"),
            grpc_port=_reserved(ports, _HOST, 0, "gRPC"),
            services=frozenset({service}),
            host=_HOST,
            front=_HOST,
            inventory=inventory if service is Service.ORDERS else None,
            inventory_listen=inventory if service is Service.CATALOG else None,
        )
        for service in _SERVING
    ]


def _reserved(ports: ExitStack, host: str, port: int, face: str) -> int:
    """The number of a port that is ours until the end. Raises StartError."""
    made = reserved(host, port, face=face, setting=f"{face.upper()}__PORT")
    ports.callback(made.close)
    return int(made.getsockname()[1])
