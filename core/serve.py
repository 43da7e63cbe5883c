"""Serves what a process is asked to: container → serve → drain."""

import gc
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from core.access_log import call_line
from core.container import Container, container
from core.database import DatabaseAddress
from core.demo import Demo
from core.errors import StartError
from core.life import GRACE
from core.settings import Settings
from core.worker import Worker

_YOUNG_OBJECTS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What a process does. Of those that serve on the same ports (`processes`), one prepares the
    database. `rest_url` is where the REST face is reached, whoever serves it."""

    rest_url: str
    listener: socket.socket | None
    grpc_port: int | None
    works: bool
    prepares: bool = True
    processes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What there is to tell of a process that serves."""

    grpc_address: str | None
    demo: Demo | None


@asynccontextmanager
async def serving(
    settings: Settings, address: DatabaseAddress, duties: Duties
) -> AsyncIterator[Serving]:
    """Everything open and answering; in the end drained. Raises StartError, DatabaseUnavailable."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(
            container(
                settings,
                address,
                rest_url=duties.rest_url,
                prepares=duties.prepares,
                processes=duties.processes,
            )
        )
        grpc_address = None
        if duties.works:
            await stack.enter_async_context(_working(house))
        if duties.grpc_port is not None:
            grpc_address = await stack.enter_async_context(
                _grpc(house, settings, duties.grpc_port, shared=duties.processes > 1)
            )
        if duties.listener is not None:
            await stack.enter_async_context(
                _rest(house, settings, duties.listener, duties.rest_url)
            )
        _spare_the_collector()
        yield Serving(grpc_address=grpc_address, demo=house.demo)
    # What is left of grpc is waited for when it is collected: now, while its threads can still
    # answer, and not when the interpreter ends and they cannot (that took up to 17 seconds).
    gc.collect()


def _spare_the_collector() -> None:
    """What was made until now stays until the end: it need not be looked through again and again.
    Calls make garbage that goes by itself; cycles are rare, and looked for less often, which gives
    back a fifth of the time of a busy process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)


@asynccontextmanager
async def _rest(
    house: Container, settings: Settings, listener: socket.socket, url: str
) -> AsyncIterator[None]:
    from core.rest import rest_face  # 20 MB: for those who serve it

    async with rest_face(house, settings, listener, url):
        yield


@asynccontextmanager
async def _grpc(
    house: Container, settings: Settings, port: int, *, shared: bool
) -> AsyncIterator[str]:
    from grpc_app.server import GrpcConfig, GrpcServer  # 20 MB: for those who serve it

    server = GrpcServer(
        house.application,
        GrpcConfig(
            host=settings.grpc.host,
            port=port,
            reuse_port=shared,
            max_message_bytes=settings.grpc.max_message_bytes,
            reflection=settings.grpc.reflection,
            trusted_proxies=tuple(map(str, settings.limits.trusted_proxies)),
        ),
        ready=house.ready,
        line=call_line(settings.logging.level, settings.logging.format),
    )
    try:
        await server.start()
    except RuntimeError as error:
        raise StartError(
            f"gRPC cannot listen on {settings.grpc.host}:{port} ({error}); is it in "
            "use? Choose another with GRPC__PORT"
        ) from error
    try:
        yield server.address
    finally:
        await server.stop(grace=GRACE)


@asynccontextmanager
async def _working(house: Container) -> AsyncIterator[None]:
    worker = Worker(house.jobs)
    worker.start()
    try:
        yield
    finally:
        await worker.stop(grace=GRACE / 3)
