"""Health of the process and of each service, for load balancers (grpc.health.v1)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

import grpc
import structlog
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthServicer

_log = structlog.get_logger("holdfast.health")

_SERVING, _NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING
_Rpc = grpc.aio.ServicerContext[HealthCheckRequest, HealthCheckResponse]


class Health(HealthServicer):
    """SERVING while `ready` says so, asked every `every` seconds; NOT_SERVING from `drain` on.

    The library's own servicer keeps those who watch until they leave, and a drain would wait for
    them; and what it knows of each service is here the same for all.
    """

    def __init__(
        self, services: Iterable[str], ready: Callable[[], Awaitable[bool]], every: float
    ) -> None:
        self._services = frozenset(("", *services))
        self._ready = ready
        self._every = every
        self._serving = False
        self._draining = False
        self._changed = asyncio.Event()
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
        self._draining = True
        self._tell(serving=False)

    async def Check(self, request: HealthCheckRequest, context: _Rpc) -> HealthCheckResponse:
        if request.service not in self._services:
            await context.abort(grpc.StatusCode.NOT_FOUND)
        return HealthCheckResponse(status=self._status(request.service))

    async def Watch(self, request: HealthCheckRequest, context: _Rpc) -> None:
        """Until the client leaves or the process drains."""
        shown: int | None = None
        while True:
            changed = self._changed
            status = self._status(request.service)
            if status != shown:
                await context.write(HealthCheckResponse(status=status))
                shown = status
            elif self._draining:
                return
            else:
                await changed.wait()

    def _status(self, service: str) -> int:
        if service not in self._services:
            return HealthCheckResponse.SERVICE_UNKNOWN
        return _SERVING if self._serving else _NOT_SERVING

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
        if ready != self._serving:
            self._tell(serving=ready)

    def _tell(self, *, serving: bool) -> None:
        self._serving = serving
        told, self._changed = self._changed, asyncio.Event()
        told.set()
