"""What comes into one group at the same moment: nobody stands in for anybody else."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from unittest.mock import patch

import asyncpg
import pytest

from application.hold.release_hold import ReleaseHold
from application.messages import Claim
from application.views.hold import HoldView
from infrastructure.postgres.database import Database
from infrastructure.postgres.group.unit import Unit
from shared.errors import DatabaseUnavailable, Overloaded
from shared.ids import HoldId
from tests.adapters.postgres.batch import Batch, holding
from tests.adapters.postgres.harness import PostgresHarness
from tests.contracts.ledger import LATER
from tests.contracts.world import IDS, World, kind, new_key, refusals

LAPSE = "UPDATE holds SET expires_at = expires_at + $1::interval WHERE buyer_id = $2"


async def test_a_bad_row_is_its_own_matter(batch: Batch, patient: None) -> None:
    """Two want the same id: one of them is a bug, and the others do not hear of it."""
    world = batch.world
    sale, buyers = await world.sale(kind("A", 20)), await world.users(4)
    id = HoldId(IDS.uuid())
    started = await batch.of(
        [
            partial(world.hold, buyers[0], sale, {"A": 1}),
            holding(world, buyers[1], sale, "A", id),
            holding(world, buyers[2], sale, "A", id),
            partial(world.hold, buyers[3], sale, {"A": 1}),
        ]
    )
    await started.go()
    outcomes = await started.end()
    bugs = [each for each in outcomes if isinstance(each, asyncpg.UniqueViolationError)]
    assert len(bugs) == 1 and outcomes.index(bugs[0]) in (1, 2)
    assert await world.counters(sale) == {"A": (3, 0)}
    await batch.check()


async def test_callers_who_go_away(batch: Batch, patient: None) -> None:
    """In the queue they are left out; in a group that is being written they are written, and
    nobody told. Nobody else notices, and the same request finds out which it was."""
    world = batch.world
    sale, buyers = await world.sale(kind("A", 20)), await world.users(4)
    keys = [new_key() for _ in buyers]
    calls = [
        partial(world.hold, buyer, sale, {"A": 1}, key)
        for buyer, key in zip(buyers, keys, strict=True)
    ]
    started = await batch.of(calls)
    started.tasks[0].cancel()
    await asyncio.wait({started.tasks[0]})
    connection = await asyncpg.connect(batch.owner_url)
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT FROM stock WHERE pool_id = $1 FOR UPDATE", sale.pool_id("A")
            )
            await started.go()
            await batch.rival.waiting()
            started.tasks[1].cancel()
            await asyncio.wait({started.tasks[1]})
    finally:
        await connection.close()
    outcomes = await started.end()
    assert [type(each) for each in outcomes[:2]] == [asyncio.CancelledError] * 2
    assert all(isinstance(each, HoldView) for each in outcomes[2:])
    assert await world.counters(sale) == {"A": (3, 0)}
    again = [await call() for call in calls]
    assert again[2:] == outcomes[2:]
    assert await world.counters(sale) == {"A": (4, 0)}
    await batch.check()


async def test_a_row_somebody_keeps(batch: Batch) -> None:
    """Only who needs it waits for it."""
    world = batch.world
    sale, buyers = await world.sale(kind("A", 5), kind("B", 5)), await world.users(3)
    await batch.rival.lock(sale.pool_id("B"))
    waits = asyncio.create_task(world.hold(buyers[0], sale, {"B": 1}))
    async with asyncio.timeout(30):
        assert isinstance(await world.hold(buyers[1], sale, {"A": 1}), HoldView)
        assert isinstance(await world.hold(buyers[2], sale, {"A": 1}), HoldView)
    assert not waits.done()
    await batch.rival.leave()
    assert isinstance(await waits, HoldView)
    assert await world.counters(sale) == {"A": (2, 0), "B": (1, 0)}
    await batch.check()


async def test_relief_keeps_nobody_else(batch: Batch) -> None:
    """It needs all counters of the event, of which somebody keeps one."""
    world = batch.world
    sale, other = await world.sale(kind("A", 1), kind("B", 1)), await world.sale(kind("C", 9))
    buyers = await world.users(3)
    await world.hold(buyers[0], sale, {"A": 1})
    await world.harness.pass_time(LATER)
    await batch.rival.lock(sale.pool_id("B"))
    short = asyncio.create_task(world.hold(buyers[1], sale, {"A": 1}))
    await batch.rival.waiting()
    async with asyncio.timeout(30):
        assert isinstance(await world.hold(buyers[2], other, {"C": 1}), HoldView)
    assert not short.done()
    await batch.rival.leave()
    assert isinstance(await short, HoldView)
    await batch.check()


async def test_what_falls_due_after_relief(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    """The freed unit is somebody else's again, but one more has lapsed: readers see it as free, so
    nobody is refused for want of it."""
    world = batch.world
    sale, buyers = await world.sale(kind("A", 2)), await world.users(4)
    for buyer in buyers[:2]:
        await world.hold(buyer, sale, {"A": 1})
    await world.harness.pass_time(LATER)
    await batch.owner.fetch(LAPSE, timedelta(minutes=20), buyers[1].user_id)
    relieve, plain = batch.committer._relieve, World(
        PostgresHarness(batch.harness.database, batch.owner)
    )
    reliefs = 0

    async def and_then(short: Sequence[Unit]) -> None:
        nonlocal reliefs
        reliefs += 1
        await relieve(short)
        if reliefs == 1:
            await plain.hold(buyers[2], sale, {"A": 1})
            await batch.owner.fetch(LAPSE, timedelta(minutes=-20), buyers[1].user_id)

    monkeypatch.setattr(batch.committer, "_relieve", and_then)
    assert isinstance(await world.hold(buyers[3], sale, {"A": 1}), HoldView)
    assert reliefs == 2
    assert await world.counters(sale) == {"A": (2, 0)}


async def test_two_end_the_same_hold(batch: Batch, patient: None) -> None:
    world = batch.world
    sale, buyer = await world.sale(kind("A", 5)), await world.user()
    hold = await world.hold(buyer, sale, {"A": 2})
    command = ReleaseHold(hold_id=hold.id)
    release = world.application.holds.release
    started = await batch.of([partial(release, command, buyer.ctx()) for _ in range(3)])
    await started.go()
    outcomes = await started.end()
    assert sorted(refusals(outcomes)) == ["HOLD_NOT_ACTIVE"] * 2
    assert await world.counters(sale) == {"A": (0, 0)}
    assert (await world.facts_of(hold.id)).count("HoldReleased") == 1
    await batch.check()


async def test_a_full_queue(batch: Batch, patient: None) -> None:
    world = batch.world
    sale, buyers = await world.sale(kind("A", 5)), await world.users(3)
    started = await batch.of([partial(world.hold, buyers[0], sale, {"A": 1})])
    for each in batch.committer._queue._levels:
        each.room = 1
    with pytest.raises(Overloaded):
        async with asyncio.timeout(30):
            await world.hold(buyers[1], sale, {"A": 1})
    await started.go()
    assert isinstance((await started.end())[0], HoldView)
    assert isinstance(await world.hold(buyers[1], sale, {"A": 1}), HoldView)
    await batch.check()


async def test_a_refusal_that_is_no_answer_is_not_looked_up(
    batch: Batch, contract_url: str
) -> None:
    """Whoever found no connection does not wait for one more, to see whether the key was used."""
    async with Database(contract_url, pool_min=1, pool_max=1, connect_timeout=0.4) as narrow:
        world = World(PostgresHarness(narrow, batch.owner, together=batch.together))
        caller = (await batch.world.user()).admitted
        claim = Claim(actor=caller.actor.id, operation="X", key=new_key(), fingerprint=b"x" * 32)
        lent = await narrow.lend()
        with (
            patch.object(narrow, "lend", wraps=narrow.lend) as lend,
            pytest.raises(DatabaseUnavailable),
        ):
            async with world.begin(caller.claiming(claim)) as work:
                await work.users.get(caller.user_id)
        assert lend.call_count == 1
        await narrow.give_back(lent, rollback=False)
    await batch.check()
