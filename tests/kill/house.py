"""A Holdfast whose processes are killed and come back, and a buyer who insists."""

import asyncio
import os
import signal
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final, TypeVar

import asyncpg
import httpx2

from demo.grpc_shop import GrpcShop
from demo.instance import Addresses, Instance
from demo.rest_shop import RestShop
from demo.shop import Shop, Unanswered
from shared.errors import AppError, Code
from tests.core.proc import children, frozen, is_alive

R = TypeVar("R")
Act = Callable[[Shop, str], Awaitable[R]]
"""What a buyer does in a shop, under a key."""

_PATIENCE: Final = 60.0
_LONG_ENOUGH: Final = 10.5
"""Seconds of service after which an end is no quick one to a supervisor, which gives up after five
of those in a row."""
BLOCKED: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"
)
_AGAIN: Final = (Code.UNAVAILABLE, Code.ABORTED)
"""Whoever hears this asks the same once more."""


class House:
    """One process, which the test starts again; or services, which their supervisor does."""

    def __init__(self, folder: Path, settings: Mapping[str, str], owner_url: str, deployment: str):
        self.deployment = deployment
        self.unanswered = 0
        self._instance = Instance(folder, settings, deployment=deployment)
        self.owner_url = owner_url
        self._addresses: Addresses | None = None
        self._shops: dict[str, RestShop | GrpcShop] = {}
        self._served_since: dict[str, float] = {}
        self._quick_ends: dict[str, int] = {}

    async def start(self) -> None:
        await self._leave()
        self._addresses = await asyncio.to_thread(self._instance.start)
        rest, grpc = self._addresses.rest_url, self._addresses.grpc_target
        self._shops = {"rest": RestShop(rest), "grpc": GrpcShop(grpc)}
        await self.ready()

    async def stop(self) -> None:
        await self._leave()
        await asyncio.to_thread(self._instance.stop)

    async def end(self) -> None:
        """However it is."""
        await self._leave()
        await asyncio.to_thread(self._instance.kill)

    @property
    def rest_url(self) -> str:
        assert self._addresses is not None
        return self._addresses.rest_url

    def shop(self, face: str) -> RestShop | GrpcShop:
        return self._shops[face]

    async def ready(self) -> None:
        """Waits until everything serves, started again where it must be."""
        deadline = time.monotonic() + _PATIENCE
        async with httpx2.AsyncClient(base_url=self.rest_url, trust_env=False, timeout=10) as web:
            while not await _is_ready(web):
                assert time.monotonic() < deadline, self._instance.said()
                await asyncio.sleep(0.05)
        for service in ("catalog", "orders"):
            self._served_since.setdefault(service, time.monotonic())

    async def kill(self, *services: str) -> None:
        """SIGKILL for those of the services at the same time, or for the one process."""
        if self.deployment == "monolith":
            await asyncio.to_thread(self._instance.kill)
            return
        pids = [self._pid(service) for service in services]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for service, pid in zip(services, pids, strict=True):
            served = time.monotonic() - self._served_since.pop(service)
            quick = served < _LONG_ENOUGH
            self._quick_ends[service] = self._quick_ends.get(service, 0) + 1 if quick else 0
            while is_alive(pid):
                await asyncio.sleep(0.005)

    async def kill_before(self, *services: str) -> None:
        """When everything serves."""
        await self._mortal(*services)
        await self.kill(*services)

    def unattended(self) -> AbstractContextManager[None]:
        """Meanwhile nobody starts again what is killed but the buyer, where that is theirs."""
        return nullcontext() if self.deployment == "monolith" else frozen(self._instance.pid)

    async def kill_during(self, act: Act[R], face: str, lock: str, *services: str) -> R:
        """The request waits for what `lock` locks when those who work on it are killed; then the
        buyer insists. What the database was still told to do, it does."""
        await self._mortal(*services)
        connection = await asyncpg.connect(self.owner_url)
        try:
            async with connection.transaction():
                await connection.execute(lock)
                request = asyncio.create_task(self.insist(act, face))
                deadline = time.monotonic() + _PATIENCE
                while not await connection.fetchval(BLOCKED):
                    assert not request.done(), "it was not held up"
                    assert time.monotonic() < deadline, "it does not come to what is locked"
                    await asyncio.sleep(0.01)
                await self.kill(*services)
            return await request
        finally:
            await connection.close()

    async def insist(self, act: Act[R], face: str) -> R:
        """The same with the same key until it is answered."""
        key, deadline = self.new_key(), time.monotonic() + _PATIENCE
        while True:
            try:
                return await act(self.shop(face), key)
            except Unanswered:
                pass
            except AppError as refusal:
                if refusal.code not in _AGAIN:
                    raise
            self.unanswered += 1
            assert time.monotonic() < deadline, self._instance.said()
            if self.deployment == "monolith" and not self._instance.runs:
                await self.start()
            await asyncio.sleep(0.1)

    @staticmethod
    def new_key() -> str:
        return uuid.uuid4().hex

    async def _mortal(self, *services: str) -> None:
        """Waits until they serve, and have for long enough to be started again once more."""
        await self.ready()
        for service in services:
            if self._quick_ends.get(service, 0) >= 3:
                served = time.monotonic() - self._served_since[service]
                await asyncio.sleep(max(0.0, _LONG_ENOUGH - served))

    def _pid(self, service: str) -> int:
        found = children(self._instance.pid).items()
        [pid] = [pid for pid, command in found if command.split()[-1:] == [service]]
        return pid

    async def _leave(self) -> None:
        for shop in self._shops.values():
            await shop.aclose()
        self._shops = {}


async def _is_ready(web: httpx2.AsyncClient) -> bool:
    try:
        return (await web.get("/ready")).status_code == 200
    except httpx2.TransportError:
        return False
