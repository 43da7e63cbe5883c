"""Stock and holds: what is left, who gets it, and when it comes back."""

import asyncio
from datetime import timedelta

import pytest

from application.ports.unit_of_work import StaleWrite
from domain.hold.hold import HoldState
from domain.stock import SoldOut
from shared.ids import EventId, HoldId
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, World, crowd, kind, refusals

LATER = timedelta(minutes=6)
"""Longer than a hold lasts without being extended."""


class LedgerContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    async def test_a_hold_is_found_again(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 10), kind("Seated", 5, price=2000))
        buyer = await world.user()
        placed = await world.hold(buyer, sale, {"Seated": 1, "Standing": 2})
        stored = await world.stored_hold(placed.id)
        assert stored.state is HoldState.ACTIVE and stored.buyer_id == buyer.user_id
        assert stored.event_id == sale.event.id and stored.version == 1
        lines = [(line.ticket_type_id, line.quantity, line.pool_ids) for line in stored.lines]
        assert lines == [
            (sale.type_id("Seated"), 1, (sale.pool_id("Seated"),)),
            (sale.type_id("Standing"), 2, (sale.pool_id("Standing"),)),
        ]
        assert (stored.total.amount, stored.total.currency) == (4000, "EUR")
        assert stored.expires_at - stored.created_at == timedelta(minutes=5)
        assert stored.latest_expiry - stored.created_at == timedelta(minutes=30)
        assert not stored.ordered and not stored.extended_for_payment
        assert await world.facts_of(placed.id) == ["HoldPlaced"]
        async with world.begin(world.system()) as work:
            assert await work.holds.get(HoldId(IDS.uuid())) is None

    async def test_a_hold_takes_its_stock(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 10), kind("Seated", 5))
        await world.hold(await world.user(), sale, {"Standing": 2, "Seated": 5})
        assert await world.counters(sale) == {"Standing": (2, 0), "Seated": (5, 0)}
        assert await world.available(sale) == {"Standing": 8, "Seated": 0}

    async def test_stock_is_read_at_the_clock_of_the_database(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 10))
        before = await world.now()
        async with world.begin(world.system()) as work:
            stock, as_of = await work.stock.of_event(sale.event.id)
            nothing, _ = await work.stock.of_event(EventId(IDS.uuid()))
        assert before < as_of < await world.now()
        assert [(each.capacity, each.held, each.sold) for each in stock] == [(10, 0, 0)]
        assert list(nothing) == []

    async def test_a_refusal_names_each_line(self, world: World) -> None:
        sale = await world.sale(kind("A", 1), kind("B", 5), kind("C", 2))
        with pytest.raises(SoldOut) as refused:
            await world.hold(await world.user(), sale, {"A": 2, "B": 5, "C": 3})
        violations = refused.value.violations
        assert [violation.pointer for violation in violations] == ["/lines/0", "/lines/2"]
        ids = refused.value.metadata["ticket_type_ids"].split(",")
        assert ids == [str(sale.type_id("A")), str(sale.type_id("C"))]
        assert await world.counters(sale) == {"A": (0, 0), "B": (0, 0), "C": (0, 0)}

    async def test_shared_pools(self, world: World) -> None:
        """The tightest pool wins, and lines of one hold count together."""
        sale = await world.sale(
            kind("Standing", pools=("Hall",)),
            kind("Student", 4, pools=("Hall",)),
            pools={"Hall": 10},
        )
        buyer = await world.user()
        with pytest.raises(SoldOut) as own:
            await world.hold(buyer, sale, {"Student": 5})
        assert [each.pointer for each in own.value.violations] == ["/lines/0"]
        with pytest.raises(SoldOut) as together:
            await world.hold(buyer, sale, {"Standing": 7, "Student": 4})
        assert [each.pointer for each in together.value.violations] == ["/lines/1"]
        await world.hold(buyer, sale, {"Standing": 7})
        with pytest.raises(SoldOut):
            await world.hold(buyer, sale, {"Student": 4})
        await world.hold(buyer, sale, {"Student": 3})
        assert await world.counters(sale) == {"Hall": (10, 0), "Student": (3, 0)}

    async def test_released_stock_can_be_had_again(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 2))
        first = await world.hold(await world.user(), sale, {"Standing": 2})
        hold = await world.stored_hold(first.id)
        async with world.begin(world.system()) as work:
            work.holds.save(hold.release(at=await work.now()))
            work.stock.give_back(hold.lines)
            await work.commit(None)
        assert (await world.stored_hold(first.id)).state is HoldState.RELEASED
        assert await world.facts_of(first.id) == ["HoldPlaced", "HoldReleased"]
        await world.hold(await world.user(), sale, {"Standing": 2})
        assert await world.counters(sale) == {"Standing": (2, 0)}

    async def test_a_stale_hold_moves_no_stock(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 2))
        hold = await world.stored_hold(
            (await world.hold(await world.user(), sale, {"Standing": 2})).id
        )
        for attempt in range(2):
            async with world.begin(world.system()) as work:
                work.stock.give_back(hold.lines)
                work.holds.save(hold.release(at=await work.now()))
                if attempt == 0:
                    await work.commit(None)
                else:
                    with pytest.raises(StaleWrite):
                        await work.commit(None)
        assert await world.counters(sale) == {"Standing": (0, 0)}

    async def test_a_hold_is_not_converted_past_its_deadline(self, world: World) -> None:
        """The deadline came after the decision: others may have been told its units are free."""
        sale = await world.sale(kind("Standing", 2))
        view = await world.hold(await world.user(), sale, {"Standing": 2})
        async with world.begin(world.system()) as work:
            hold = await work.holds.get(view.id)
            assert hold is not None
            work.holds.save(hold.convert(at=await work.now()))
            await world.harness.pass_time(LATER)
            with pytest.raises(StaleWrite):
                await work.commit(None)
        assert (await world.stored_hold(view.id)).state is HoldState.ACTIVE
        assert await world.available(sale) == {"Standing": 2}

    async def test_movements_of_one_commit_count_together(self, world: World) -> None:
        """What comes back can be taken again by the same commit, whichever was noted first."""
        sale = await world.sale(kind("Standing", 3))
        lines = None
        for _ in range(2):
            view = await world.hold(await world.user(), sale, {"Standing": 1})
            lines = (await world.stored_hold(view.id)).lines
        assert lines is not None
        async with world.begin(world.system()) as work:
            for _ in range(2):
                work.stock.take(lines)
            work.stock.give_back(lines)
            await work.commit(None)
        async with world.begin(world.system()) as work:
            (stock,), _ = await work.stock.of_event(sale.event.id)
        assert (stock.held, stock.sold) == (3, 0)

    async def test_units_just_taken_can_be_sold(self, world: World) -> None:
        """Late money that was captured already: nothing is held in between."""
        sale = await world.sale(kind("Standing", 3))
        view = await world.hold(await world.user(), sale, {"Standing": 2})
        await world.harness.pass_time(LATER)
        hold = await world.stored_hold(view.id)
        async with world.begin(world.system()) as work:
            work.stock.sell(hold.lines)
            work.stock.take(hold.lines)
            work.holds.save(hold.expire(at=await work.now()))
            work.stock.give_back(hold.lines)
            await work.commit(None)
        async with world.begin(world.system()) as work:
            (stock,), _ = await work.stock.of_event(sale.event.id)
        assert (stock.held, stock.sold) == (0, 2)

    async def test_a_lapsed_hold_is_not_shown_as_held(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 3))
        await world.hold(await world.user(), sale, {"Standing": 2})
        await world.harness.pass_time(LATER)
        assert await world.available(sale) == {"Standing": 3}
        assert await world.counters(sale) == {"Standing": (2, 0)}, "nobody has swept it"

    async def test_a_lapsed_hold_refuses_nobody(self, world: World) -> None:
        """Also when it draws on more pools than the buyer wants."""
        sale = await world.sale(kind("A", 1), kind("B", 2))
        lapsed = await world.hold(await world.user(), sale, {"A": 1, "B": 2})
        await world.harness.pass_time(LATER)
        buyer = await world.user()
        await world.hold(buyer, sale, {"A": 1})
        assert await world.counters(sale) == {"A": (1, 0), "B": (0, 0)}
        assert (await world.stored_hold(lapsed.id)).state is HoldState.EXPIRED
        assert await world.facts_of(lapsed.id) == ["HoldPlaced", "HoldLapsed"]
        entries = await world.harness.outbox()
        (entry,) = [each for each in entries if each.fact == "HoldLapsed"]
        assert entry.request_id and entry.actor

    async def test_many_lapsed_holds_refuse_nobody(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 250))
        buyers = await world.users(250)
        outcomes = await crowd(world.hold(buyer, sale, {"Standing": 1}) for buyer in buyers)
        assert refusals(outcomes) == []
        await world.harness.pass_time(LATER)
        for buyer in await world.users(5):
            await world.hold(buyer, sale, {"Standing": 50})
        assert await world.counters(sale) == {"Standing": (250, 0)}

    async def test_a_live_hold_is_not_swept(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 3))
        lapsed = await world.hold(await world.user(), sale, {"Standing": 1})
        await world.harness.pass_time(timedelta(minutes=3))
        live = await world.hold(await world.user(), sale, {"Standing": 2})
        await world.harness.pass_time(timedelta(minutes=3))
        with pytest.raises(SoldOut) as refused:
            await world.hold(await world.user(), sale, {"Standing": 2})
        assert refused.value.violations[0].message == "asks for 2, 1 left"
        await world.hold(await world.user(), sale, {"Standing": 1})
        assert (await world.stored_hold(live.id)).state is HoldState.ACTIVE
        assert (await world.stored_hold(lapsed.id)).state is HoldState.EXPIRED

    async def test_stock_can_be_retaken_by_the_commit_that_expires_it(self, world: World) -> None:
        """Late money: the hold's own units come back and are taken, while others lapsed too."""
        sale = await world.sale(kind("Standing", 3))
        mine = await world.hold(await world.user(), sale, {"Standing": 2})
        other = await world.hold(await world.user(), sale, {"Standing": 1})
        await world.harness.pass_time(LATER)
        hold = await world.stored_hold(mine.id)
        async with world.begin(world.system()) as work:
            work.holds.save(hold.expire(at=await work.now()))
            work.stock.give_back(hold.lines)
            work.stock.take(hold.lines)
            work.stock.take((await world.stored_hold(other.id)).lines)
            await work.commit(None)
        assert (await world.stored_hold(mine.id)).state is HoldState.EXPIRED
        assert (await world.stored_hold(other.id)).state is HoldState.EXPIRED
        async with world.begin(world.system()) as work:
            (stock,), _ = await work.stock.of_event(sale.event.id)
        assert (stock.held, stock.sold) == (3, 0)

    async def test_expire_due_gives_stock_back_once(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 40))
        holds = [await world.hold(await world.user(), sale, {"Standing": 2}) for _ in range(10)]
        await world.harness.pass_time(timedelta(minutes=3))
        await world.hold(await world.user(), sale, {"Standing": 5})
        assert await self.sweep(world, 100) == 0
        await world.harness.pass_time(timedelta(minutes=3))
        assert await self.sweep(world, 4) == 4
        assert await world.counters(sale) == {"Standing": (17, 0)}
        assert sum(await asyncio.gather(self.sweep(world, 100), self.sweep(world, 100))) == 6
        assert await self.sweep(world, 100) == 0
        assert await world.counters(sale) == {"Standing": (5, 0)}
        for hold in holds:
            assert await world.facts_of(hold.id) == ["HoldPlaced", "HoldLapsed"]
        await world.harness.check_idle()

    async def test_whether_anybody_is_selling(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 40))
        for selling in (False, True):
            async with world.begin(world.system()) as work:
                assert await work.holds.is_selling() is selling
            await world.hold(await world.user(), sale, {"Standing": 1})

    async def test_expire_due_begins_with_the_oldest(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 40))
        buyer = await world.user()
        holds = [(await world.hold(buyer, sale, {"Standing": 1})).id for _ in range(4)]
        await world.harness.pass_time(LATER)
        assert await self.sweep(world, 2) == 2
        states = [(await world.stored_hold(hold_id)).state.name for hold_id in holds]
        assert states == ["EXPIRED", "EXPIRED", "ACTIVE", "ACTIVE"]

    async def test_an_ended_hold_is_not_swept(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 4))
        hold = await world.stored_hold(
            (await world.hold(await world.user(), sale, {"Standing": 2})).id
        )
        async with world.begin(world.system()) as work:
            work.holds.save(hold.convert(at=await work.now()))
            await work.commit(None)
        await world.harness.pass_time(LATER)
        assert await self.sweep(world, 100) == 0
        assert await world.available(sale) == {"Standing": 2}

    async def sweep(self, world: World, limit: int) -> int:
        async with world.begin(world.system()) as work:
            return await work.holds.expire_due(limit=limit)
