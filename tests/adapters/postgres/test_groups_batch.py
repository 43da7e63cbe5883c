"""What comes into one group, or into the groups of two processes, at the same moment."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest

from application.hold.release_hold import ReleaseHold
from application.messages import Claim
from application.ports.unit_of_work import StaleWrite
from application.views.hold import HoldView
from domain.hold.hoarding import HoardingLimits
from domain.hold.hold import Hold, HoldState, HoldTerms
from domain.line import Line
from infrastructure.postgres.advisory import buyer_lock
from infrastructure.postgres.database import Database
from infrastructure.postgres.group.together import Together
from infrastructure.postgres.group.unit import Unit
from shared.errors import DatabaseUnavailable, Overloaded
from shared.ids import HoldId
from tests.adapters.postgres.batch import Batch, Call, batches
from tests.adapters.postgres.harness import PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.contracts.ledger import LATER
from tests.contracts.world import IDS, Caller, Sale, World, kind, new_key, refusals

LIMITS = HoardingLimits(units=100, cooling=timedelta(hours=1), holds=100, window=timedelta(hours=1))
TERMS = HoldTerms(ttl=timedelta(minutes=5), longest=timedelta(minutes=30))
LAPSE = "UPDATE holds SET expires_at = expires_at + $1::interval WHERE buyer_id = $2"
NEARER = """
    UPDATE holds SET expires_at = clock_timestamp() + $2::interval WHERE id = $1
"""


@pytest.fixture
async def batch(
    contract_database: Database,
    contract_shared: Database,
    contract_owner: Owner,
    contract_owner_url: str,
) -> AsyncIterator[Batch]:
    async with batches(
        contract_database, contract_shared, contract_owner, contract_owner_url
    ) as batch:
        yield batch


@pytest.fixture
async def elsewhere(batch: Batch, contract_url: str) -> AsyncIterator[World]:
    """The same sale in another process."""
    async with Database(contract_url, pool_min=1, pool_max=4) as shared:
        together = Together(shared)
        database, owner = batch.harness.database, batch.harness.owner
        yield World(PostgresHarness(database, owner, together=together))
        await together.close()


async def until_waiting(batch: Batch, count: int) -> None:
    """So many backends wait for locks."""
    for _ in range(600):
        await batch.rival.connection.execute("SELECT pg_stat_clear_snapshot()")
        rows = await batch.rival.connection.fetch(
            "SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
        if len(rows) == count:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"{len(rows)} wait")


def holding(
    world: World, buyer: Caller, sale: Sale, name: str, id: HoldId, **changes: Any
) -> Call:
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
            await until_waiting(batch, 1)
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
    async with asyncio.timeout(3):
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
    async with asyncio.timeout(2):
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
    await until_waiting(batch, 2)
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
    await until_waiting(batch, 2)
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
    await until_waiting(batch, 2)
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
    await batch.owner.fetch(NEARER, hold.id, timedelta(seconds=0.4))
    order = asyncio.create_task(world.order(buyer, hold.id))
    await batch.rival.waiting()
    await asyncio.sleep(0.5)
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
    await batch.owner.fetch(NEARER, hold.id, timedelta(seconds=0.4))
    call = asyncio.create_task(world.hold(buyer, sale, {"A": 2}))
    await batch.rival.waiting()
    await asyncio.sleep(0.5)
    await rival.execute("SELECT pg_advisory_unlock_all()")
    assert isinstance(await call, HoldView)
    await batch.check()


async def test_a_foreign_hold(batch: Batch) -> None:
    """A unit of work that takes it for its actor's own finds the second wall as it stands."""
    world = batch.world
    sale, (thief, buyer) = await world.sale(kind("A", 9)), await world.users(2)
    hold = await world.stored_hold((await world.hold(buyer, sale, {"A": 2})).id)
    with pytest.raises(StaleWrite):
        async with world.begin(thief.admitted) as work:
            stolen = replace(hold, buyer_id=thief.user_id)
            work.holds.save(stolen.release(at=await work.now()))
            work.stock.give_back(hold.lines)
            await work.commit(None)
    assert (await world.stored_hold(hold.id)).state is HoldState.ACTIVE
    assert await world.counters(sale) == {"A": (2, 0)}
    await batch.check()


@pytest.mark.parametrize("wrong", ["buyer_id", "live"])
async def test_a_hold_that_is_not_ones_own(batch: Batch, patient: None, wrong: str) -> None:
    """For somebody else, or of a mode that is not the actor's: the policy refuses it, and those
    who come at the same moment do not hear of it."""
    world = batch.world
    sale, (one, other) = await world.sale(kind("A", 9)), await world.users(2)
    changes = {"buyer_id": other.user_id} if wrong == "buyer_id" else {"live": False}
    place = holding(world, one, sale, "A", HoldId(IDS.uuid()), **changes)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await place()
    assert isinstance(await world.hold(other, sale, {"A": 1}), HoldView)
    assert await world.counters(sale) == {"A": (1, 0)}
    await batch.check()


async def test_stock_of_nothing_that_is_written(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is for the policies to judge, not for a group."""
    world = batch.world
    sale, buyer = await world.sale(kind("A", 9), kind("B", 9)), await world.user()
    hold, other = [
        await world.stored_hold((await world.hold(buyer, sale, {name: 2})).id) for name in "AB"
    ]
    handed = batch.spy(monkeypatch)
    for lines in (other.lines, hold.lines):
        async with world.begin(buyer.admitted) as work:
            work.holds.save(hold.release(at=await work.now()))
            work.stock.give_back(lines)
            if lines is hold.lines:
                await work.commit(None)
            else:
                monkeypatch.setattr(work, "_alone", _nothing)
                await work.commit(None)
    assert [unit.given_back for unit in handed] == [hold.lines]
    await batch.check()


async def _nothing(answer: object, *, final: bool) -> None:
    """Instead of a transaction of its own."""


async def test_a_full_queue(batch: Batch, patient: None) -> None:
    world = batch.world
    sale, buyers = await world.sale(kind("A", 5)), await world.users(3)
    started = await batch.of([partial(world.hold, buyers[0], sale, {"A": 1})])
    for each in batch.committer._queue._levels:
        each.room = 1
    with pytest.raises(Overloaded):
        async with asyncio.timeout(1):
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
        started = time.monotonic()
        with pytest.raises(DatabaseUnavailable):
            async with world.begin(caller.claiming(claim)) as work:
                await work.users.get(caller.user_id)
        assert time.monotonic() - started < 0.7
        await narrow.give_back(lent, rollback=False)
    await batch.check()
