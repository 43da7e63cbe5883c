"""Many callers at once, through the whole pipeline."""

import asyncio
import random
from collections.abc import Awaitable

import pytest

from application.hold.release_hold import ReleaseHold
from application.ports.unit_of_work import StaleWrite
from application.views.hold import HoldView
from domain.hold.hold import Hold, HoldState
from shared.errors import AppError
from shared.ids import HoldId
from tests.contracts.harness import Harness
from tests.contracts.ledger import LATER
from tests.contracts.world import Caller, Sale, World, crowd, kind, refusals


class CrowdsContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    async def test_50_buyers_for_the_last_ticket(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 1))
        buyers = await world.users(50)
        outcomes = await crowd(world.hold(buyer, sale, {"Standing": 1}) for buyer in buyers)
        assert refusals(outcomes) == ["SOLD_OUT"] * 49
        (winner,) = [outcome for outcome in outcomes if isinstance(outcome, HoldView)]
        assert await world.counters(sale) == {"Standing": (1, 0)}
        placed = [entry for entry in await world.harness.outbox() if entry.fact == "HoldPlaced"]
        assert [entry.aggregate_id for entry in placed] == [winner.id]
        assert world.observer.bugs == []
        await world.harness.check_idle()

    async def test_60_buyers_for_20_tickets(self, world: World) -> None:
        """Of one or two each: nothing is left over, and nothing is sold twice."""
        sale = await world.sale(kind("Standing", 20))
        buyers = await world.users(60)
        outcomes = await crowd(
            world.hold(buyer, sale, {"Standing": 1 + number % 2})
            for number, buyer in enumerate(buyers)
        )
        assert set(refusals(outcomes)) == {"SOLD_OUT"}
        assert await world.counters(sale) == {"Standing": (20, 0)}

    async def test_holds_in_opposite_orders(self, world: World) -> None:
        """Over several pools, with lapsed holds to sweep on the way: no deadlock, nothing lost."""
        names = ("A", "B", "C", "D")
        sale = await world.sale(
            *(kind(name, 40, pools=("Hall",)) for name in names), pools={"Hall": 40}
        )
        buyers = await world.users(40)
        for buyer in buyers[:10]:
            await world.hold(buyer, sale, {"D": 1, "A": 1, "C": 1})
        await world.harness.pass_time(LATER)
        before = await world.harness.deadlocks()
        shuffle = random.Random(1)
        outcomes = await crowd(
            world.hold(buyer, sale, {name: 1 for name in shuffle.sample(names, 3)})
            for buyer in buyers
        )
        assert set(refusals(outcomes)) <= {"SOLD_OUT"}
        assert await world.harness.deadlocks() == before
        won = [outcome for outcome in outcomes if isinstance(outcome, HoldView)]
        counters = await world.counters(sale)
        assert counters["Hall"][0] == 3 * len(won) == 39
        assert world.observer.bugs == []

    async def test_everything_at_once_without_deadlocks(self, world: World) -> None:
        """Placing, releasing, ordering and sweeping of the same few pools."""
        names = ("A", "B", "C")
        sale = await world.sale(*(kind(name, 30, price=0) for name in names))
        buyers = await world.users(30)
        mine = [await world.hold(buyer, sale, {"C": 1, "A": 1}) for buyer in buyers]
        before = await world.harness.deadlocks()
        shuffle = random.Random(2)
        calls: list[Awaitable[object]] = []
        for number, (buyer, hold) in enumerate(zip(buyers, mine, strict=True)):
            wanted = {name: 1 for name in shuffle.sample(names, 2)}
            calls.append(world.hold(buyer, sale, wanted))
            calls.append(self.release(world, buyer, hold.id))
            if number % 2:
                calls.append(world.order(buyer, hold.id))
            calls.append(self.sweep(world))
        outcomes = await crowd(calls)
        either_way = {"SOLD_OUT", "HOLD_NOT_ACTIVE", "HOLD_HAS_ORDER"}
        assert set(refusals(outcomes)) <= either_way
        assert await world.harness.deadlocks() == before
        await world.counters(sale)
        assert world.observer.bugs == []
        await world.harness.check_idle()

    async def test_release_and_order_at_once(self, world: World) -> None:
        """A hold ends once: it is released or bought, never both."""
        sale = await world.sale(kind("Free", 24, price=0))
        buyers = await world.users(12)
        holds = [await world.hold(buyer, sale, {"Free": 2}) for buyer in buyers]
        calls: list[Awaitable[object]] = []
        for number, (buyer, hold) in enumerate(zip(buyers, holds, strict=True)):
            both = [self.release(world, buyer, hold.id), world.order(buyer, hold.id)]
            calls += both if number % 2 else both[::-1]
        outcomes = await crowd(calls)
        assert len(refusals(outcomes)) == 12
        bought = 0
        for hold in holds:
            facts = await world.facts_of(hold.id)
            ends = [fact for fact in facts if fact in ("HoldConverted", "HoldReleased")]
            assert len(ends) == 1
            bought += ends == ["HoldConverted"]
        assert await world.counters(sale) == {"Free": (0, 2 * bought)}

    async def test_releases_at_once(self, world: World) -> None:
        """Of the only hold there is, so that a second give-back would make the counter negative."""
        sale = await world.sale(kind("A", 5), kind("B", 5))
        buyer = await world.user()
        hold = await world.hold(buyer, sale, {"B": 5, "A": 5})
        outcomes = await crowd(self.release(world, buyer, hold.id) for _ in range(10))
        assert refusals(outcomes) == ["HOLD_NOT_ACTIVE"] * 9
        assert await world.counters(sale) == {"A": (0, 0), "B": (0, 0)}
        assert await world.facts_of(hold.id) == ["HoldPlaced", "HoldReleased"]

    async def test_release_and_convert_at_once(self, world: World) -> None:
        """The same, one layer down: of two ends of one version the second is stale."""
        sale = await world.sale(kind("Standing", 10))
        hold = await world.stored_hold(
            (await world.hold(await world.user(), sale, {"Standing": 2})).id
        )
        outcomes = await crowd(
            [self.end(world, hold, convert=number % 2 == 0) for number in range(10)]
        )
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, StaleWrite) for outcome in outcomes) == 9
        stored = await world.stored_hold(hold.id)
        ((held, _),) = (await self.raw(world, sale)).values()
        assert held == (2 if stored.state is HoldState.CONVERTED else 0)

    async def test_a_sweep_and_a_release_at_once(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 20))
        buyers = await world.users(10)
        holds = [await world.hold(buyer, sale, {"Standing": 2}) for buyer in buyers]
        await world.harness.pass_time(LATER)
        calls: list[Awaitable[object]] = [self.sweep(world) for _ in range(4)]
        calls += [
            self.release(world, buyer, hold.id) for buyer, hold in zip(buyers, holds, strict=True)
        ]
        outcomes = await crowd(calls)
        assert refusals(outcomes) == ["HOLD_EXPIRED"] * 10
        assert sum(outcome for outcome in outcomes if isinstance(outcome, int)) == 10
        assert await world.counters(sale) == {"Standing": (0, 0)}
        for hold in holds:
            assert await world.facts_of(hold.id) == ["HoldPlaced", "HoldLapsed"]

    async def test_callers_who_walk_away(self, world: World) -> None:
        """Each of their holds is there as a whole or not at all; nobody else notices."""
        sale = await world.sale(kind("A", 100), kind("B", 100))
        leaving, staying = await world.users(25), await world.users(25)
        tasks = [
            asyncio.create_task(world.hold(buyer, sale, {"A": 1, "B": 1})) for buyer in leaving
        ]
        others = [
            asyncio.create_task(world.hold(buyer, sale, {"B": 1, "A": 1})) for buyer in staying
        ]
        for number, task in enumerate(tasks):
            if number % 2:
                await world.harness.a_moment()
            task.cancel()
        answers = await asyncio.gather(*others)
        await asyncio.gather(*tasks, return_exceptions=True)
        await world.harness.settled()
        placed = {
            entry.aggregate_id
            for entry in await world.harness.outbox()
            if entry.fact == "HoldPlaced"
        }
        assert {answer.id for answer in answers} <= placed
        counters = await world.counters(sale)
        assert counters == {"A": (len(placed), 0), "B": (len(placed), 0)}
        assert world.observer.bugs == []
        await world.harness.check_idle()

    async def release(self, world: World, buyer: Caller, hold_id: HoldId) -> HoldView | AppError:
        return await world.application.holds.release(ReleaseHold(hold_id=hold_id), buyer.ctx())

    async def sweep(self, world: World) -> int:
        async with world.begin(world.system()) as work:
            return await work.holds.expire_due(limit=100)

    async def end(self, world: World, hold: Hold, *, convert: bool) -> None:
        async with world.begin(world.system()) as work:
            now = await work.now()
            if convert:
                work.holds.save(hold.convert(at=now))
            else:
                work.holds.save(hold.release(at=now))
                work.stock.give_back(hold.lines)
            await work.commit(None)

    async def raw(self, world: World, sale: Sale) -> dict[str, tuple[int, int]]:
        """The counters alone: a converted hold without its order is in no book."""
        books = await world.harness.books(sale.event.id)
        return {pool.name: (books[pool.id].held, books[pool.id].sold) for pool in sale.event.pools}
