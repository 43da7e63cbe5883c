"""Health of the process and of each service, for load balancers (grpc.health.v1)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

import grpc
import structlog
from grpc_health.v1.health import aio as health
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

_log = structlog.get_logger("holdfast.health")

Ready = Callable[[], Awaitable[bool]]
_Rpc = grpc.aio.ServicerContext[HealthCheckRequest, HealthCheckResponse]


class Health(health.HealthServicer):
    """SERVING while `ready` says so, asked every `every` seconds; NOT_SERVING from `drain` on."""

    def __init__(self, services: Iterable[str], ready: Ready, every: float) -> None:
        super().__init__()
        self._services = ("", *services)
        self._ready = ready
        self._every = every
        self._draining = asyncio.Event()
        self._asking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Asks once before the first client can."""
        await self._ask()
        self._asking = asyncio.create_task(self._keep_asking(), name="grpc health")

    async def drain(self) -> None:
        """Tells everybody that this process will end, and lets go of those who watch it."""
        if self._asking is not None:
            self._asking.cancel()
            with suppress(asyncio.CancelledError):
                await self._asking
        await self.enter_graceful_shutdown()
        self._draining.set()

    async def Watch(self, request: HealthCheckRequest, context: _Rpc) -> None:
        """Until the client leaves or the process drains."""
        watching = asyncio.create_task(super().Watch(request, context))
        draining = asyncio.create_task(self._draining.wait())
        try:
            await asyncio.wait((watching, draining), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (watching, draining):
                task.cancel()
            await asyncio.gather(watching, draining, return_exceptions=True)
        if self._draining.is_set() and request.service in self._services:
            await context.write(HealthCheckResponse(status=HealthCheckResponse.NOT_SERVING))

    async def _keep_asking(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await self._ask()

    async def _ask(self) -> None:
        try:
            ready = await self._ready()
        except Exception as error:
            _log.warning("readiness unknown", exc_info=error)
            ready = False
        status = HealthCheckResponse.SERVING if ready else HealthCheckResponse.NOT_SERVING
        for service in self._services:
            await self.set(service, status)
