"""RecentFigures: as young as was asked for, one look for all, and nobody hurts anybody."""

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest

from application.ports.figures import FRESH_SECONDS, Figures, RecentFigures
from domain.stock import Stock
from shared.errors import DatabaseUnavailable
from shared.ids import EventId, PoolId
from tests.contracts.world import IDS

START = datetime(2030, 6, 1, tzinfo=UTC)


class Sight:
    """An event to look at; each look ends when it is let, unless `open`."""

    def __init__(self) -> None:
        self.event_id = EventId(IDS.uuid())
        self.pools = [PoolId(IDS.uuid())]
        self.sold = 0
        self.looks = 0
        self.fails = False
        self.open = asyncio.Event()
        self.open.set()

    async def look(self) -> Figures:
        self.looks += 1
        found = Figures(
            stock={each: Stock(pool_id=each, capacity=100, sold=self.sold) for each in self.pools},
            as_of=START + timedelta(seconds=self.looks),
        )
        await self.open.wait()
        if self.fails:
            raise DatabaseUnavailable()
        return found


class FiguresUnderTest(ABC):
    recent: RecentFigures

    @abstractmethod
    async def pass_time(self, seconds: float) -> None: ...

    async def sold(self, sight: Sight, max_age: float) -> tuple[int, float]:
        """What the figures say was sold, and how old they are, to ten seconds: a server's clock
        goes on meanwhile."""
        figures, age = await self.recent.get(
            sight.event_id, pools=sight.pools, max_age=max_age, look=sight.look
        )
        assert -0.01 < age <= max_age or sight.looks, "older than asked for, and nobody looked"
        return figures.stock[sight.pools[0]].sold, round(age, -1)

    async def asks(self, sight: Sight, max_age: float) -> asyncio.Task[tuple[int, float]]:
        """Somebody who has asked and waits."""
        task = asyncio.create_task(self.sold(sight, max_age))
        await self.settle(sight)
        assert not task.done()
        return task

    async def settle(self, sight: Sight) -> None:
        """Until everybody who has asked waits."""
        for _ in range(5):
            await asyncio.sleep(0)


class RecentFiguresContract:
    async def test_no_older_than_asked_for(self, under_test: FiguresUnderTest) -> None:
        sight = Sight()
        assert await under_test.sold(sight, 20) == (0, 0)
        sight.sold = 1
        await under_test.pass_time(20)
        assert await under_test.sold(sight, 30) == (0, 20)
        assert await under_test.sold(sight, 10) == (1, 0)
        assert await under_test.sold(sight, 30) == (1, 0), "the younger ones are remembered"
        assert sight.looks == 2

    async def test_events_do_not_mix(self, under_test: FiguresUnderTest) -> None:
        one, other = Sight(), Sight()
        other.sold = 7
        assert [(await under_test.sold(each, 60))[0] for each in (one, other, one)] == [0, 7, 0]
        for sight in (one, other):
            figures, _ = await under_test.recent.get(
                sight.event_id, pools=[], max_age=60, look=sight.look
            )
            assert list(figures.stock) == sight.pools
        assert (one.looks, other.looks) == (1, 1)

    async def test_one_look_for_all(self, under_test: FiguresUnderTest) -> None:
        sight = Sight()
        sight.open.clear()
        waiting = [await under_test.asks(sight, 30) for _ in range(10)]
        sight.open.set()
        assert await asyncio.gather(*waiting) == [(0, 0)] * 10
        assert sight.looks == 1

    async def test_events_do_not_wait_for_each_other(self, under_test: FiguresUnderTest) -> None:
        slow = Sight()
        slow.open.clear()
        waiting = await under_test.asks(slow, 30)
        assert await under_test.sold(Sight(), 30) == (0, 0)
        slow.open.set()
        assert await waiting == (0, 0)

    async def test_a_look_that_took_too_long_serves_those_who_began_it(
        self, under_test: FiguresUnderTest
    ) -> None:
        """For who came later it is too old; for them there is another, which began after they
        asked."""
        sight = Sight()
        sight.open.clear()
        first = await under_test.asks(sight, 20)
        await under_test.pass_time(10)
        later, patient = await under_test.asks(sight, 20), await under_test.asks(sight, 60)
        sight.sold = 1
        await under_test.pass_time(20)
        sight.open.set()
        assert await first == (0, 30)
        assert await later == (1, 0)
        assert await patient == (0, 30)
        assert sight.looks == 2

    async def test_a_pool_that_was_added_is_looked_for(self, under_test: FiguresUnderTest) -> None:
        sight = Sight()
        await under_test.sold(sight, 60)
        sight.pools.insert(0, PoolId(IDS.uuid()))
        assert await under_test.sold(sight, 60) == (0, 0)
        assert sight.looks == 2

    async def test_pools_that_are_not_there_are_not_looked_for_for_ever(
        self, under_test: FiguresUnderTest
    ) -> None:
        sight, missing = Sight(), PoolId(IDS.uuid())
        for looks in (1, 2):
            figures, _ = await under_test.recent.get(
                sight.event_id, pools=[missing], max_age=60, look=sight.look
            )
            assert missing not in figures.stock
            assert sight.looks == looks

    async def test_who_gives_up_takes_nothing_from_the_others(
        self, under_test: FiguresUnderTest
    ) -> None:
        sight = Sight()
        sight.open.clear()
        first, second = await under_test.asks(sight, 30), await under_test.asks(sight, 30)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        sight.open.set()
        assert await second == (0, 0)
        assert sight.looks == 1

    async def test_a_failure_is_told_to_all_and_not_remembered(
        self, under_test: FiguresUnderTest
    ) -> None:
        sight = Sight()
        sight.open.clear()
        waiting = [await under_test.asks(sight, 30) for _ in range(3)]
        sight.fails = True
        sight.open.set()
        told = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(each) for each in told] == [DatabaseUnavailable] * 3
        sight.fails = False
        assert await under_test.sold(sight, 30) == (0, 0)
        assert sight.looks == 2

    async def test_what_was_forgotten_is_looked_at_again(
        self, under_test: FiguresUnderTest
    ) -> None:
        sight, other = Sight(), Sight()
        for each in (sight, other):
            await under_test.sold(each, 60)
            each.sold = 1
        await under_test.pass_time(2 * FRESH_SECONDS)
        assert await under_test.sold(sight, 60) == (0, 0)
        await under_test.recent.forget({sight.event_id, EventId(IDS.uuid())})
        assert await under_test.sold(sight, 60) == (1, 0)
        assert await under_test.sold(other, 60) == (0, 0), "of others nothing is forgotten"
        await under_test.pass_time(20)
        assert await under_test.sold(sight, 60) == (1, 20), "and it is remembered again"
        assert (sight.looks, other.looks) == (2, 1)

    async def test_however_often_it_changes_looks_are_few(
        self, under_test: FiguresUnderTest
    ) -> None:
        """Of what is younger than FRESH_SECONDS nobody looks again."""
        sight = Sight()
        for sight.sold in range(20):
            await under_test.recent.forget([sight.event_id])
            sold, _ = await under_test.sold(sight, 60)
            assert sold in (0, sight.sold)
        assert sight.looks <= 3
        await under_test.pass_time(2 * FRESH_SECONDS)
        assert (await under_test.sold(sight, 60))[0] == 19

    async def test_a_look_from_before_the_change_is_not_remembered(
        self, under_test: FiguresUnderTest
    ) -> None:
        """It saw what was there before; who asked before is told that, and nobody else later."""
        sight = Sight()
        sight.open.clear()
        waiting = await under_test.asks(sight, 60)
        sight.sold = 1
        await under_test.recent.forget([sight.event_id])
        sight.open.set()
        assert (await waiting)[0] == 0
        await under_test.pass_time(2 * FRESH_SECONDS)
        assert await under_test.sold(sight, 60) == (1, 0)
