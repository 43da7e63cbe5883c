"""Units of work that come into one group, however fast the machine is."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias

import pytest

from domain.hold.hoarding import HoardingLimits
from domain.hold.hold import Hold, HoldTerms
from domain.line import Line
from infrastructure.postgres.audit import audit
from infrastructure.postgres.database import Database
from infrastructure.postgres.group.committer import Committer
from infrastructure.postgres.group.outcome import Outcome
from infrastructure.postgres.group.together import Together
from infrastructure.postgres.group.unit import Unit
from shared.ids import HoldId
from tests.adapters.postgres.harness import PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.adapters.postgres.rival import Rival, rival_of
from tests.contracts.world import Caller, Sale, World, kind

Call: TypeAlias = Callable[[], Coroutine[Any, Any, object]]


class Batch:
    """`together` is what the units of work of `world` share."""

    def __init__(
        self,
        harness: PostgresHarness,
        together: Together,
        rival: Rival,
        owner: Owner,
        owner_url: str,
    ) -> None:
        self.harness = harness
        self.world = World(harness)
        self.owner_url = owner_url
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

    def spy(self, monkeypatch: pytest.MonkeyPatch) -> list[Unit]:
        """The units of work that are handed to the group from now on."""
        handed: list[Unit] = []
        commit = self.committer.commit

        async def note(unit: Unit) -> Outcome:
            handed.append(unit)
            return await commit(unit)

        monkeypatch.setattr(self.committer, "commit", note)
        return handed

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
        async with asyncio.timeout(60):
            return list(await asyncio.gather(*self.tasks, return_exceptions=True))


@asynccontextmanager
async def batches(
    database: Database, shared: Database, owner: Owner, owner_url: str
) -> AsyncIterator[Batch]:
    together = Together(shared)
    harness = PostgresHarness(database, owner, together=together)
    await harness.empty()
    async with rival_of(owner_url) as rival:
        yield Batch(harness, together, rival, owner, owner_url)
        await together.close()


LIMITS = HoardingLimits(units=100, cooling=timedelta(hours=1), holds=100, window=timedelta(hours=1))
TERMS = HoldTerms(ttl=timedelta(minutes=5), longest=timedelta(minutes=30))


def holding(world: World, buyer: Caller, sale: Sale, name: str, id: HoldId, **changes: Any) -> Call:
    """A unit of work that places a hold, without an operation around it."""
    ticket_type = next(each for each in sale.event.ticket_types if each.name == name)

    async def place() -> Hold:
        async with world.begin(buyer.admitted) as work:
            now = await work.now()
            hold = Hold.place(
                id=id,
                event_id=sale.event.id,
                organizer_id=sale.event.organizer_id,
                buyer_id=buyer.user_id,
                lines=(
                    Line(
                        ticket_type_id=ticket_type.id,
                        quantity=1,
                        unit_price=ticket_type.price,
                        pool_ids=ticket_type.pool_ids,
                    ),
                ),
                currency="EUR",
                terms=TERMS,
                at=now,
            )
            hold = replace(hold, **changes)
            work.holds.place(hold, max_per_buyer=None, hoarding=LIMITS)
            return await work.commit(hold)

    return place
