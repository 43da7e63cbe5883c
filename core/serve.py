"""Runs what an entry point asks for: settings → container → serve → drain."""

import asyncio
import contextlib
import errno
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import FrameType
from typing import NoReturn

import structlog
import uvicorn
import uvloop

from api.app import RestConfig, create_app
from core.banner import banner
from core.container import Container, container
from core.errors import ServingError, StartError
from core.logging import configure_logging
from core.settings import Settings
from core.worker import Worker
from grpc_app.server import GrpcConfig, GrpcServer
from shared.errors import AppError

_log = structlog.get_logger("holdfast")
_GRACE = 6.0
"""Seconds that requests under way get to finish; with the rest of the shutdown below ten."""


def run(settings: Settings, *, rest: bool, grpc: bool, worker: bool) -> NoReturn:
    """The whole life of a process. Exits 0 after a drain, 1 if it cannot start or go on."""
    configure_logging(settings.logging.level, settings.logging.format)
    worker = worker and (settings.worker.enabled or not rest)
    try:
        uvloop.run(_serve(settings, rest=rest, grpc=grpc, worker=worker))
    except (StartError, AppError) as error:
        print(f"Holdfast cannot start: {error}", file=sys.stderr)
        sys.exit(1)
    except ServingError as error:
        print(f"Holdfast cannot go on: {error}", file=sys.stderr)
        sys.exit(1)
    sys.exit(0)


async def _serve(settings: Settings, *, rest: bool, grpc: bool, worker: bool) -> None:
    stop = _stop_signal()
    listener = _listen(settings.rest.host, settings.rest.port) if rest else None
    # Of another process's face we know what the settings say, of our own the port it got.
    rest_port = listener.getsockname()[1] if listener else settings.rest.port
    rest_url = reachable_url(settings.rest.host, rest_port)
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(container(settings, rest_url=rest_url))
        grpc_address = None
        if worker:
            await stack.enter_async_context(_working(house))
        if grpc:
            grpc_address = await stack.enter_async_context(_grpc(house, settings))
        if listener is not None:
            await stack.enter_async_context(_rest(house, settings, listener, rest_url))
        print(
            banner(
                rest_url=rest_url if rest else None,
                grpc_address=grpc_address,
                works=worker,
                database="embedded" if settings.is_embedded else "DATABASE__URL",
                demo=house.demo,
            ),
            flush=True,
        )
        await _until_the_end(stop, house)
        _log.info("stopping", grace_seconds=_GRACE)
    # What is left of grpc is waited for when it is collected: now, while its threads can still
    # answer, and not when the interpreter ends and they cannot (that took up to 17 seconds).
    gc.collect()
    _log.info("stopped")


async def _until_the_end(stop: asyncio.Event, house: Container) -> None:
    """Until somebody asks for it. Raises ServingError when going on is impossible: whoever watches
    this process (a shell, systemd, Kubernetes) then knows, and a restart helps."""
    asked = asyncio.create_task(stop.wait(), name="stop signal")
    failed = asyncio.ensure_future(house.failed())
    try:
        await asyncio.wait({asked, failed}, return_when=asyncio.FIRST_COMPLETED)
        if failed.done():
            raise ServingError(failed.result())
    finally:
        asked.cancel()
        failed.cancel()


def _stop_signal() -> asyncio.Event:
    """Set by the first SIGINT or SIGTERM; a second one ends the process at once."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def requested() -> None:
        if stop.is_set():
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.raise_signal(signal.SIGINT)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, requested)
    return stop


class _Uvicorn(uvicorn.Server):
    """Signals are ours: one drain for everything in the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.should_exit = True


@asynccontextmanager
async def _rest(
    house: Container, settings: Settings, listener: socket.socket, url: str
) -> AsyncIterator[None]:
    app = create_app(
        house.application,
        RestConfig(
            cors_origins=settings.rest.cors_origins,
            docs=settings.rest.docs,
            max_body_bytes=settings.rest.max_body_bytes,
            gzip_min_bytes=settings.rest.gzip_min_bytes,
            trusted_proxies=tuple(map(str, settings.limits.trusted_proxies)),
        ),
        ready=house.ready,
        jwks=house.jwks,
        mounts=house.pages,
    )
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=int(_GRACE),
        timeout_keep_alive=30,
        server_header=False,
        proxy_headers=False,  # whose word counts is decided once for both faces
        date_header=True,
        ws="none",
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


@asynccontextmanager
async def _grpc(house: Container, settings: Settings) -> AsyncIterator[str]:
    server = GrpcServer(
        house.application,
        GrpcConfig(
            host=settings.grpc.host,
            port=settings.grpc.port,
            max_message_bytes=settings.grpc.max_message_bytes,
            reflection=settings.grpc.reflection,
            trusted_proxies=tuple(map(str, settings.limits.trusted_proxies)),
        ),
        ready=house.ready,
    )
    try:
        await server.start()
    except RuntimeError as error:
        raise StartError(
            f"gRPC cannot listen on {settings.grpc.host}:{settings.grpc.port} ({error}); is it in "
            "use? Choose another with GRPC__PORT"
        ) from error
    try:
        yield server.address
    finally:
        await server.stop(grace=_GRACE)


@asynccontextmanager
async def _working(house: Container) -> AsyncIterator[None]:
    worker = Worker(house.jobs)
    worker.start()
    try:
        yield
    finally:
        await worker.stop(grace=_GRACE / 3)


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that port 0 has a number and a port in use is noticed first."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error})"
        raise StartError(
            f"REST cannot listen: {host}:{port} {reason}; choose another with REST__PORT"
        ) from error
    listener.set_inheritable(True)
    return listener


def reachable_url(host: str, port: int) -> str:
    """Where a client on this machine reaches what listens on `host`."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # nosec B104: only shown
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
