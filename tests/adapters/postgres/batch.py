"""Units of work that come into one group, however fast the machine is."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from infrastructure.postgres.audit import audit
from infrastructure.postgres.database import Database
from infrastructure.postgres.group.committer import Committer
from infrastructure.postgres.group.together import Together
from tests.adapters.postgres.harness import PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.adapters.postgres.rival import Rival, rival_of
from tests.contracts.world import World, kind

Call: TypeAlias = Callable[[], Coroutine[Any, Any, object]]


class Batch:
    """`together` belongs to `world`'s units of work."""

    def __init__(self, world: World, together: Together, rival: Rival, owner: Owner) -> None:
        self.world = world
        self.together = together
        self.rival = rival
        self.owner = owner

    @property
    def committer(self) -> Committer:
        return self.together.committer

    async def of(self, calls: Sequence[Call]) -> "Started":
        """Starts the calls while the group before them is kept from its end."""
        buyer = await self.world.user()
        sale = await self.world.sale(kind("In the way", 5))
        await self.rival.lock(sale.pool_id("In the way"))
        first = asyncio.create_task(self.world.hold(buyer, sale, {"In the way": 1}))
        await self.rival.waiting()
        tasks = []
        for nr, call in enumerate(calls, 1):
            tasks.append(asyncio.create_task(call()))
            while len(self.committer._queue) < nr:
                assert not tasks[-1].done(), tasks[-1]
                await asyncio.sleep(0.001)
        return Started(self.rival, first, tasks)

    async def check(self) -> None:
        assert await audit(self.owner) == []
        assert self.world.observer.bugs == []
        await self.together.close()
        assert self.together.late.keys._waiting == {}


class Started:
    def __init__(
        self, rival: Rival, first: "asyncio.Task[object]", tasks: "list[asyncio.Task[object]]"
    ) -> None:
        self._rival = rival
        self._first = first
        self.tasks = tasks

    async def go(self) -> None:
        """The group is taken as soon as the one before it is written."""
        await self._rival.leave()
        await self._first

    async def end(self) -> list[object]:
        """What each came to."""
        async with asyncio.timeout(20):
            return list(await asyncio.gather(*self.tasks, return_exceptions=True))


@asynccontextmanager
async def batches(
    database: Database, shared: Database, owner: Owner, owner_url: str
) -> AsyncIterator[Batch]:
    together = Together(shared)
    harness = PostgresHarness(database, owner, together=together)
    await harness.empty()
    async with rival_of(owner_url) as rival:
        yield Batch(World(harness), together, rival, owner)
        await together.close()
