"""The wire breaks at each word a group says: everybody gets what the database has, and once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial
from uuid import UUID

import pytest

from application.hold.release_hold import ReleaseHold
from application.views.hold import HoldView
from application.views.order import OrderView
from domain.stock import SoldOut
from infrastructure.postgres.database import Database
from infrastructure.postgres.group import committer, outcome
from infrastructure.postgres.group.unit import Unit
from shared.errors import AppError, DatabaseUnavailable
from tests.adapters.postgres.batch import Batch, Call, batches
from tests.adapters.postgres.owner import Owner
from tests.adapters.postgres.proxy import Break, Proxy
from tests.contracts.ledger import LATER
from tests.contracts.world import World, kind, new_key

WRITE = b"INSERT INTO order_lines"  # of the crowd alone
COMMIT = b"COMMIT\0"  # the group before says it too
MOMENTS = (
    Break(b"BEGIN ISOLATION"),
    Break(b"pg_current_xact_id"),
    Break(b"SELECT DISTINCT drawn"),
    Break(b"SELECT DISTINCT drawn", performed=True),
    Break(WRITE),
    Break(WRITE, performed=True),
    Break(COMMIT, skip=1),
    Break(COMMIT, skip=1, performed=True),
)


@pytest.fixture
async def wire(contract_url: str) -> AsyncIterator[Proxy]:
    async with Proxy(contract_url).listening() as proxy:
        yield proxy


@pytest.fixture
async def batch(
    patient: None,
    wire: Proxy,
    contract_database: Database,
    contract_owner: Owner,
    contract_owner_url: str,
) -> AsyncIterator[Batch]:
    async with Database(
        wire.url, pool_min=1, pool_max=4, connect_timeout=30, statement_timeout=60
    ) as shared:
        async with batches(contract_database, shared, contract_owner, contract_owner_url) as batch:
            yield batch


class Crowd:
    """A hold, a release without a key, a free order, a hold that lacks what a lapsed one has, and
    one that lacks it for good."""

    async def gather(self, world: World) -> Sequence[Call]:
        self.world = world
        sale = self.sale = await world.sale(
            kind("Paid", 10), kind("Free", 10, price=0), kind("Last", 2)
        )
        *buyers, keeper = await world.users(6)
        await world.hold(keeper, sale, {"Last": 1})
        await world.harness.pass_time(LATER)
        await world.hold(keeper, sale, {"Last": 1})
        old = await world.hold(buyers[1], sale, {"Paid": 2})
        free = await world.hold(buyers[2], sale, {"Free": 2})
        keys = [new_key() for _ in buyers]
        release = ReleaseHold(hold_id=old.id)
        return (
            lambda: world.hold(buyers[0], sale, {"Paid": 3, "Free": 1}, keys[0]),
            lambda: world.order(buyers[2], free.id, keys[2]),
            lambda: world.hold(buyers[3], sale, {"Last": 1}, keys[3]),
            lambda: world.hold(buyers[4], sale, {"Last": 2}, keys[4]),
            lambda: world.application.holds.release(release, buyers[1].ctx()),
        )

    async def check(self, outcomes: Sequence[object]) -> None:
        hold, order, last, refused, released = outcomes
        assert isinstance(hold, HoldView) and isinstance(last, HoldView), outcomes
        assert isinstance(order, OrderView) and order.state == "CONFIRMED", outcomes
        assert isinstance(released, HoldView) and released.state == "RELEASED", outcomes
        assert isinstance(refused, SoldOut), outcomes
        assert await self.world.counters(self.sale) == {
            "Paid": (3, 0),
            "Free": (1, 2),
            "Last": (2, 0),
        }
        for view in (hold, last, released):
            stored = await self.world.stored_hold(view.id)
            assert stored.state.value == view.state
        for id, facts in {
            hold.id: ["HoldPlaced"],
            last.id: ["HoldPlaced"],
            order.id: ["OrderPlaced", "OrderConfirmed"],
        }.items():
            assert await self.world.facts_of(id) == facts


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
async def test_a_broken_wire(batch: Batch, wire: Proxy, moment: Break) -> None:
    """The way to the database as such is open: nobody hears of it."""
    crowd = Crowd()
    calls = await crowd.gather(batch.world)
    started = await batch.of(calls)
    wire.planned = moment
    await started.go()
    outcomes = await started.end()
    assert wire.breaks == 1
    await crowd.check(outcomes)
    again = [await call() for call in calls[:3]]
    assert again == outcomes[:3]
    await batch.check()


async def test_relief_does_not_come(
    batch: Batch, wire: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outcome of a commit is not known yet: whoever was in it must not go alone because
    something else fails meanwhile."""
    asked = asyncio.Event()
    fetch = Database.fetch

    async def later(self: Database, sql: str, *args: object, **more: object) -> object:
        if sql == outcome._STATUS:
            await asyncio.wait_for(asked.wait(), 60)
        return await fetch(self, sql, *args, **more)  # type: ignore[arg-type]

    async def fails(short: Sequence[Unit]) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(Database, "fetch", later)
    monkeypatch.setattr(batch.committer, "_relieve", fails)
    crowd = Crowd()
    calls = await crowd.gather(batch.world)
    started = await batch.of(calls)
    wire.planned = Break(COMMIT, skip=1, performed=True)
    await started.go()
    await asyncio.wait(started.tasks[2:4])  # they lack stock, and go alone
    await asyncio.sleep(0.1)
    assert [task.done() for task in started.tasks] == [False, False, True, True, False]
    asked.set()
    await crowd.check(await started.end())
    await batch.check()


@pytest.mark.parametrize("performed", [True, False])
async def test_nobody_can_be_asked(
    batch: Batch, wire: Proxy, performed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All hear that the outcome is unknown; with their keys they find out."""
    monkeypatch.setattr(outcome, "_ASK_FOR", 0.3)
    world = batch.world
    sale, buyers = await world.sale(kind("Standing", 10)), await world.users(3)
    keys = [new_key() for _ in buyers]
    started = await batch.of(
        [
            partial(world.hold, buyer, sale, {"Standing": 2}, key)
            for buyer, key in zip(buyers, keys, strict=True)
        ]
    )
    wire.planned = Break(COMMIT, skip=1, performed=performed, for_good=True)
    await started.go()
    told = await started.end()
    assert [type(each) for each in told] == [DatabaseUnavailable] * 3
    assert len({id(each) for each in told}) == 3, "an exception belongs to one caller"
    assert await world.counters(sale) == {"Standing": (6 if performed else 0, 0)}
    wire.away = False
    found = [
        await world.hold(buyer, sale, {"Standing": 2}, key)
        for buyer, key in zip(buyers, keys, strict=True)
    ]
    assert await world.counters(sale) == {"Standing": (6, 0)}
    assert len({each.id for each in found}) == 3
    await batch.check()


async def test_another_transaction_has_its_number(
    batch: Batch, wire: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that crashes forgets transactions that left nothing on its disk, and gives their
    numbers to others. That one of those was committed says nothing about ours."""
    monkeypatch.setattr(outcome, "_STATUS", "SELECT 'committed' AS status WHERE $1 <> ''")
    world = batch.world
    sale, buyers = await world.sale(kind("Standing", 10)), await world.users(2)
    started = await batch.of(
        [partial(world.hold, buyer, sale, {"Standing": 2}) for buyer in buyers]
    )
    wire.planned = Break(COMMIT, skip=1)
    await started.go()
    views = await started.end()
    for view in views:
        assert isinstance(view, HoldView)
        assert await world.facts_of(view.id) == ["HoldPlaced"]
    assert await world.counters(sale) == {"Standing": (4, 0)}
    await batch.check()


@pytest.mark.parametrize("trouble", [RuntimeError("a bug"), AppError("any")], ids=str)
async def test_asking_fails(
    batch: Batch, wire: Proxy, trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is: nobody waits for ever."""

    async def fails(database: Database, transaction: int, trace: UUID | None) -> None:
        raise trouble

    monkeypatch.setattr(committer, "outcome_of", fails)
    world = batch.world
    sale, buyer, key = await world.sale(kind("Standing", 10)), await world.user(), new_key()
    started = await batch.of([lambda: world.hold(buyer, sale, {"Standing": 2}, key)])
    wire.planned = Break(COMMIT, skip=1, performed=True)
    await started.go()
    (told,) = await started.end()
    assert isinstance(told, DatabaseUnavailable)
    assert isinstance(await world.hold(buyer, sale, {"Standing": 2}, key), HoldView)
    assert await world.counters(sale) == {"Standing": (2, 0)}
    await batch.check()
