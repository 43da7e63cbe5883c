"""Serves what a process is asked to: container → serve → drain."""

import gc
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from api.front.served import ServedPath
from application.services import EVERYTHING, Service
from core.access_log import call_line
from core.container import Container, container
from core.database import DatabaseAddress
from core.demo import Demo
from core.errors import StartError
from core.life import GRACE
from core.settings import Settings
from core.settings_sections import Grpc, Rest
from core.worker import Worker

_YOUNG_OBJECTS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What a process does. Of those that serve on the same ports (`processes`), one prepares the
    database. `rest_url` is where the REST face is reached, whoever serves it.

    Of the operations it answers those of its `services`. `inventory` is where another process keeps
    the holds, `inventory_listen` where others ask this one for them. `front` is the address of the
    process that passes calls on to this one, on `host`; without, callers come by themselves, to the
    hosts in the settings. `metrics` is where it tells its figures, if nothing else does.
    """

    rest_url: str
    listener: socket.socket | None
    grpc_port: int | None
    works: bool
    prepares: bool = True
    processes: int = 1
    services: frozenset[Service] = EVERYTHING
    inventory: str | None = None
    inventory_listen: str | None = None
    front: str | None = None
    host: str | None = None
    metrics: socket.socket | None = None

    @property
    def answers(self) -> bool:
        """Whether anybody waits for it."""
        ways = (self.listener, self.grpc_port, self.inventory_listen)
        return any(way is not None for way in ways)

    def host_of(self, face: Rest | Grpc) -> str:
        return face.host if self.host is None else self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What there is to tell of a process that serves."""

    grpc_address: str | None
    demo: Demo | None
    paths: tuple[ServedPath, ...] = ()
    """Of the REST face."""
    operations: tuple[str, ...] = ()


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
                answers=duties.answers,
                services=duties.services,
                inventory=duties.inventory,
            )
        )
        grpc_address: str | None = None
        paths: tuple[ServedPath, ...] = ()
        if duties.works:
            await stack.enter_async_context(_working(house))
        if duties.inventory_listen is not None:
            await stack.enter_async_context(_inventory(house, duties, duties.inventory_listen))
        if duties.grpc_port is not None:
            grpc_address = await stack.enter_async_context(
                _grpc(house, settings, duties, duties.grpc_port)
            )
        if duties.listener is not None:
            paths = await stack.enter_async_context(_rest(house, settings, duties, duties.listener))
        if duties.metrics is not None and house.figures is not None:
            from core.metrics_face import metrics_face  # for those who serve it

            await stack.enter_async_context(metrics_face(house.figures, settings, duties.metrics))
        # Before the faces let go of what is under way: streams would last longer than their grace.
        stack.callback(house.end_streams)
        _spare_the_collector()
        yield Serving(
            grpc_address=grpc_address,
            demo=house.demo,
            paths=paths,
            operations=tuple(sorted(house.operations)),
        )
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
    house: Container, settings: Settings, duties: Duties, listener: socket.socket
) -> AsyncIterator[tuple[ServedPath, ...]]:
    from core.rest import rest_face  # 20 MB: for those who serve it

    trusted = _trusted(settings, duties)
    async with rest_face(house, settings, listener, duties.rest_url, trusted=trusted) as paths:
        yield paths


def _trusted(settings: Settings, duties: Duties) -> tuple[str, ...]:
    """Whose word on the caller's address is believed: that of who passes calls on to us. Behind our
    own front that is the front alone, which has looked at what others said."""
    if duties.front is not None:
        return (duties.front,)
    return tuple(map(str, settings.limits.trusted_proxies))


@asynccontextmanager
async def _inventory(house: Container, duties: Duties, address: str) -> AsyncIterator[None]:
    from grpc_app.inventory.server import InventoryServer  # as above

    server = InventoryServer(
        house.inventory,
        house.passports,
        address,
        shared=duties.processes > 1 or duties.front is not None,
    )
    try:
        await server.start()
    except RuntimeError as error:
        raise StartError(
            f"holds cannot be asked for on {address} ({error}); is it in use? Choose another with "
            "SERVICES__INVENTORY_LISTEN"
        ) from error
    try:
        yield
    finally:
        await server.stop(grace=GRACE)


@asynccontextmanager
async def _grpc(
    house: Container, settings: Settings, duties: Duties, port: int
) -> AsyncIterator[str]:
    from grpc_app.server import GrpcConfig, GrpcServer  # 20 MB: for those who serve it

    server = GrpcServer(
        house.application,
        GrpcConfig(
            host=duties.host_of(settings.grpc),
            port=port,
            reuse_port=duties.processes > 1 or duties.front is not None,
            max_message_bytes=settings.grpc.max_message_bytes,
            reflection=settings.grpc.reflection,
            trusted_proxies=_trusted(settings, duties),
            operations=house.operations,
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
