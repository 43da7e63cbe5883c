"""Equal requests, many at once, through the whole pipeline: one effect, and equal answers."""

import asyncio
from collections.abc import Awaitable

import pytest

from application.hold.create_hold import CreateHold
from application.hold.release_hold import ReleaseHold
from application.views.hold import HoldView
from domain.stock import SoldOut
from tests.contracts.harness import Harness
from tests.contracts.ledger import LATER
from tests.contracts.world import World, crowd, kind, new_key, refusals


class ReplaysContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    async def test_20_equal_requests_at_once(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 100))
        buyer, key = await world.user(), new_key()
        command = CreateHold(event_id=sale.event.id, lines=sale.lines({"Standing": 2}))
        contexts = [buyer.ctx(key) for _ in range(20)]
        create = world.application.holds.create
        answers = await asyncio.gather(*(create(command, ctx) for ctx in contexts))
        assert answers == [answers[0]] * 20
        assert sorted(ctx.reply.replayed for ctx in contexts) == [False] + [True] * 19
        assert await world.counters(sale) == {"Standing": (2, 0)}
        placed = [entry for entry in await world.harness.outbox() if entry.fact == "HoldPlaced"]
        assert len(placed) == 1
        await world.harness.check_idle()

    async def test_20_orders_with_one_key(self, world: World) -> None:
        sale = await world.sale(kind("Free", 5, price=0))
        buyer, key = await world.user(), new_key()
        hold = await world.hold(buyer, sale, {"Free": 3})
        answers = await asyncio.gather(*(world.order(buyer, hold.id, key) for _ in range(20)))
        assert answers == [answers[0]] * 20
        assert await world.counters(sale) == {"Free": (0, 3)}

    async def test_20_orders_with_keys_of_their_own(self, world: World) -> None:
        sale = await world.sale(kind("Free", 5, price=0))
        buyer = await world.user()
        hold = await world.hold(buyer, sale, {"Free": 3})
        outcomes = await crowd(world.order(buyer, hold.id) for _ in range(20))
        assert set(refusals(outcomes)) <= {"HOLD_HAS_ORDER", "HOLD_NOT_ACTIVE"}
        assert len(refusals(outcomes)) == 19
        assert await world.counters(sale) == {"Free": (0, 3)}

    async def test_20_refused_orders_with_one_key(self, world: World) -> None:
        """The refusal of an order is kept, like an answer."""
        sale = await world.sale(kind("Standing", 5))
        buyer, key = await world.user(), new_key()
        hold = await world.hold(buyer, sale, {"Standing": 1})
        await world.harness.pass_time(LATER)
        outcomes = await crowd(world.order(buyer, hold.id, key) for _ in range(20))
        assert refusals(outcomes) == ["HOLD_EXPIRED"] * 20
        assert len({str(outcome) for outcome in outcomes}) == 1

    async def test_20_replays_of_the_last_ticket(self, world: World) -> None:
        """Whoever has the last ticket never hears that it is sold out."""
        sale = await world.sale(kind("Standing", 1))
        buyer, key = await world.user(), new_key()
        hold = await world.hold(buyer, sale, {"Standing": 1}, key)
        with pytest.raises(SoldOut):
            await world.hold(buyer, sale, {"Standing": 1})
        answers = await crowd(world.hold(buyer, sale, {"Standing": 1}, key) for _ in range(20))
        assert answers == [hold] * 20

    async def test_equal_requests_for_the_last_ticket(self, world: World) -> None:
        """Every buyer sends everything twice, at once: both hear the same."""
        sale = await world.sale(kind("Standing", 3))
        buyers, calls = await world.users(12), list[Awaitable[HoldView]]()
        for buyer in buyers:
            key = new_key()
            calls += [world.hold(buyer, sale, {"Standing": 1}, key) for _ in range(2)]
        outcomes = await crowd(calls)
        assert refusals(outcomes) == ["SOLD_OUT"] * 18
        pairs = zip(outcomes[::2], outcomes[1::2], strict=True)
        assert all(one == other or isinstance(one, SoldOut) for one, other in pairs)
        assert await world.counters(sale) == {"Standing": (3, 0)}

    async def test_equal_keys_with_other_content(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 100))
        buyer, key = await world.user(), new_key()
        outcomes = await crowd(
            world.hold(buyer, sale, {"Standing": 1 + number % 2}, key) for number in range(20)
        )
        assert refusals(outcomes) == ["IDEMPOTENCY_KEY_REUSED"] * 10
        assert len({outcome.id for outcome in outcomes if isinstance(outcome, HoldView)}) == 1
        ((held, _),) = (await world.counters(sale)).values()
        assert held in (1, 2)

    async def test_a_caller_who_walks_away_may_come_back(self, world: World) -> None:
        """With the same key: there is one hold, whether the first call got through or not."""
        sale = await world.sale(kind("Standing", 100))
        buyers = await world.users(12)
        for moments, buyer in enumerate(buyers):
            key = new_key()
            task = asyncio.create_task(world.hold(buyer, sale, {"Standing": 1}, key))
            for _ in range(moments):
                await world.harness.a_moment()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await world.hold(buyer, sale, {"Standing": 1}, key)
        assert await world.counters(sale) == {"Standing": (12, 0)}

    async def test_a_refused_hold_is_not_kept(self, world: World) -> None:
        """The same request succeeds later, when something is left."""
        sale = await world.sale(kind("Standing", 1))
        first, second = await world.users(2)
        hold, key = await world.hold(first, sale, {"Standing": 1}), new_key()
        with pytest.raises(SoldOut):
            await world.hold(second, sale, {"Standing": 1}, key)
        release = ReleaseHold(hold_id=hold.id)
        await world.application.holds.release(release, first.ctx())
        await world.hold(second, sale, {"Standing": 1}, key)
