"""What others do to the same rows, keys and buyers while a group waits, here or elsewhere."""

import asyncio

from application.hold.release_hold import ReleaseHold
from application.views.hold import HoldView
from infrastructure.postgres.advisory import buyer_lock
from tests.adapters.postgres.batch import Batch
from tests.contracts.world import World, kind, new_key, refusals

LAPSE = "UPDATE holds SET expires_at = clock_timestamp() WHERE id = $1"


async def test_what_others_write_while_it_waits(batch: Batch, patient: None) -> None:
    """The last one is sold to somebody else while the group waits for the counter."""
    world = batch.world
    sale, (one, other) = await world.sale(kind("A", 2)), await world.users(2)
    await world.hold(one, sale, {"A": 1})
    pool_id = sale.pool_id("A")
    await batch.rival.lock(pool_id)
    late = asyncio.create_task(world.hold(other, sale, {"A": 1}))
    await batch.rival.waiting()
    await batch.rival.connection.execute(
        "UPDATE stock SET capacity = 1 WHERE pool_id = $1", pool_id
    )
    await batch.rival.finish()
    assert refusals(await asyncio.gather(late, return_exceptions=True)) == ["SOLD_OUT"]


async def test_one_key_in_two_processes(batch: Batch, elsewhere: World, patient: None) -> None:
    world = batch.world
    sale, buyer, key = await world.sale(kind("A", 9)), await world.user(), new_key()
    await batch.rival.lock(sale.pool_id("A"))
    calls = [
        asyncio.create_task(each.hold(buyer, sale, {"A": 1}, key)) for each in (world, elsewhere)
    ]
    await batch.rival.number_waiting(2)
    await batch.rival.leave()
    one, other = await asyncio.gather(*calls)
    assert one == other
    assert await world.counters(sale) == {"A": (1, 0)}
    await batch.check()


async def test_one_key_for_different_things(batch: Batch, elsewhere: World, patient: None) -> None:
    """In two processes, and nothing but the key is the same: no row, and no buyer's limit."""
    world = batch.world
    sale, buyer, key = await world.sale(kind("A", 9), kind("B", 9)), await world.user(), new_key()
    holds = [await world.hold(buyer, sale, {name: 1}) for name in "AB"]
    for name in "AB":
        await batch.rival.lock(sale.pool_id(name))
    calls = [
        asyncio.create_task(
            each.application.holds.release(ReleaseHold(hold_id=hold.id), buyer.ctx(key))
        )
        for each, hold in zip((world, elsewhere), holds, strict=True)
    ]
    await batch.rival.number_waiting(2)
    await batch.rival.leave()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert refusals(outcomes) == ["IDEMPOTENCY_KEY_REUSED"]
    held = [units for units, _ in (await world.counters(sale)).values()]
    assert sorted(held) == [0, 1]
    await batch.check()


async def test_one_buyer_in_two_processes(batch: Batch, elsewhere: World, patient: None) -> None:
    """Different pools, so that nothing else keeps them apart."""
    world = batch.world
    sale = await world.sale(kind("A", 9), kind("B", 9), max_per_buyer=2)
    buyer = await world.user()
    for name in "AB":
        await batch.rival.lock(sale.pool_id(name))
    calls = [
        asyncio.create_task(each.hold(buyer, sale, {name: 2}))
        for each, name in ((world, "A"), (elsewhere, "B"))
    ]
    await batch.rival.number_waiting(2)
    await batch.rival.leave()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert refusals(outcomes) == ["LIMIT_REACHED"]
    await batch.check()


async def test_a_deadline_that_comes_while_it_waits(batch: Batch, patient: None) -> None:
    """The clock of the decision counts, not that of the beginning."""
    world = batch.world
    sale, buyer = await world.sale(kind("Free", 5, price=0)), await world.user()
    hold = await world.hold(buyer, sale, {"Free": 1})
    await batch.rival.lock(sale.pool_id("Free"))
    order = asyncio.create_task(world.order(buyer, hold.id))
    await batch.rival.waiting()
    await batch.owner.fetch(LAPSE, hold.id)
    await batch.rival.leave()
    assert refusals(await asyncio.gather(order, return_exceptions=True)) == ["HOLD_EXPIRED"]
    assert await world.counters(sale) == {"Free": (1, 0)}
    await batch.check()


async def test_what_lapses_while_it_waits_for_its_buyer(batch: Batch, patient: None) -> None:
    """It counts no more for the limit: the transaction began before, the look after."""
    world = batch.world
    sale, buyer = await world.sale(kind("A", 9), max_per_buyer=2), await world.user()
    hold = await world.hold(buyer, sale, {"A": 2})
    rival = batch.rival.connection
    await rival.execute("SELECT pg_advisory_lock($1)", buyer_lock(buyer.user_id))
    call = asyncio.create_task(world.hold(buyer, sale, {"A": 2}))
    await batch.rival.waiting()
    await batch.owner.fetch(LAPSE, hold.id)
    await rival.execute("SELECT pg_advisory_unlock_all()")
    assert isinstance(await call, HoldView)
    await batch.check()
