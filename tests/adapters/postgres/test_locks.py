"""Which rows a commit locks, in which order, and that it lets go of them."""

import asyncio

import pytest

from application.hold.release_hold import ReleaseHold
from application.ports.unit_of_work import StaleWrite
from domain.hold.hold import Hold
from infrastructure.postgres.database import Database
from shared.errors import DatabaseUnavailable
from shared.ids import PoolId
from tests.adapters.postgres.harness import CONNECTIONS, OnPostgres, PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.adapters.postgres.rival import Rival, rival_of
from tests.contracts.ledger import LATER
from tests.contracts.world import Caller, Sale, World, kind, new_key

HELD = """
    SELECT relation::regclass::text AS name, mode FROM pg_locks
    WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND locktype = 'relation' AND pid <> pg_backend_pid()
      AND pid IN (SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend')
"""


class TestLocks(OnPostgres):
    @pytest.fixture
    def world(self, harness: PostgresHarness) -> World:
        return World(harness)

    @pytest.fixture
    async def sale(self, world: World) -> Sale:
        return await world.sale(*(kind(name, 10) for name in "ABC"))

    @pytest.fixture
    async def buyer(self, world: World) -> Caller:
        return await world.user()

    def pools(self, sale: Sale) -> list[PoolId]:
        return sorted(sale.event.pool_ids())

    async def test_counters_are_locked_in_the_order_of_their_ids(
        self, world: World, sale: Sale, buyer: Caller, rival: Rival
    ) -> None:
        """However the lines are ordered: while it waits for the second pool, it has the first
        and not yet the third."""
        first, second, third = self.pools(sale)
        names = {pool.id: pool.name for pool in sale.event.pools}
        await rival.lock(second)
        call = asyncio.create_task(
            world.hold(buyer, sale, {names[pool]: 1 for pool in (third, second, first)})
        )
        await rival.waiting()
        assert await rival.finds_locked(first)
        assert not await rival.finds_locked(third)
        await rival.leave()
        assert (await call).state == "ACTIVE"

    async def test_a_shortage_locks_all_pools_of_the_event_in_order(
        self, world: World, sale: Sale, buyer: Caller, rival: Rival
    ) -> None:
        """The lapsed hold draws on more pools than the one that is wanted."""
        first, second, third = self.pools(sale)
        names = {pool.id: pool.name for pool in sale.event.pools}
        await world.hold(buyer, sale, {names[third]: 10, names[first]: 1})
        await world.harness.pass_time(LATER)
        await rival.lock(second)
        call = asyncio.create_task(world.hold(buyer, sale, {names[third]: 1}))
        await rival.waiting()
        assert await rival.finds_locked(first)
        assert not await rival.finds_locked(third)
        await rival.leave()
        assert (await call).state == "ACTIVE"
        counters = await world.counters(sale)
        assert counters[names[first]] == (0, 0) and counters[names[third]] == (1, 0)

    async def test_a_hold_that_is_being_changed_is_not_swept(
        self, world: World, sale: Sale, buyer: Caller, rival: Rival
    ) -> None:
        hold = await world.hold(buyer, sale, {"A": 1})
        other = await world.hold(buyer, sale, {"B": 1})
        await world.harness.pass_time(LATER)
        async with rival.connection.transaction():
            await rival.connection.execute("SELECT FROM holds WHERE id = $1 FOR UPDATE", hold.id)
            async with world.begin(world.system()) as work:
                assert await work.holds.expire_due(limit=10) == 1
        assert await world.facts_of(other.id) == ["HoldPlaced", "HoldLapsed"]
        assert await world.facts_of(hold.id) == ["HoldPlaced"]

    async def test_a_deadlock_is_run_again(
        self, world: World, sale: Sale, buyer: Caller, rival: Rival, contract_owner_url: str
    ) -> None:
        """We make none, but somebody at a console may. It is the call that closes the circle: only
        who begins to wait in one, or is in one a second later, notices."""
        wanted = {name: 1 for name in "ABC"}
        hold = await world.stored_hold((await world.hold(buyer, sale, wanted)).id)
        first, second, third = self.pools(sale)
        async with rival_of(contract_owner_url) as other:
            await rival.lock(third)
            await other.lock(second)
            call = asyncio.create_task(self.release(world, hold))
            await other.waiting()
            circle = asyncio.create_task(rival.lock(first))
            await other.number_waiting(2)
            await other.leave()
            with pytest.raises(StaleWrite):
                await call
        await circle
        await rival.leave()
        await world.application.holds.release(ReleaseHold(hold_id=hold.id), buyer.ctx())
        assert await world.counters(sale) == {"A": (0, 0), "B": (0, 0), "C": (0, 0)}

    async def test_a_row_that_stays_locked_is_given_up(
        self,
        contract_url: str,
        contract_owner: Owner,
        world: World,
        sale: Sale,
        buyer: Caller,
        rival: Rival,
    ) -> None:
        hold = await world.stored_hold((await world.hold(buyer, sale, {"A": 1})).id)
        await rival.lock(hold.lines[0].pool_ids[0])
        async with Database(contract_url, pool_min=1, pool_max=1, lock_timeout=0.05) as hasty:
            with pytest.raises(DatabaseUnavailable) as refused:
                await self.release(World(PostgresHarness(hasty, contract_owner)), hold)
        assert refused.value.retry_after == 1
        await rival.leave()
        await self.release(world, hold)

    async def test_the_wait_for_a_key_does_not_bound_other_waits(
        self,
        world: World,
        sale: Sale,
        rival: Rival,
        contract_url: str,
        contract_owner: Owner,
        buyer: Caller,
    ) -> None:
        """The key's patience is 50 ms, the rows' is not."""
        pool, *_ = self.pools(sale)
        await rival.lock(pool)
        async with Database(contract_url, pool_min=1, pool_max=1) as database:
            impatient = World(PostgresHarness(database, contract_owner, key_wait=0.05))
            names = {pool.id: pool.name for pool in sale.event.pools}
            call = asyncio.create_task(impatient.hold(buyer, sale, {names[pool]: 1}))
            await rival.waiting()
            await asyncio.sleep(0.1)
            await rival.leave()
            assert (await call).state == "ACTIVE"

    async def test_idle_connections_keep_no_locks(
        self, world: World, sale: Sale, buyer: Caller, rival: Rival
    ) -> None:
        """They would block the next migration."""
        await asyncio.gather(*(world.hold(buyer, sale, {"A": 1}) for _ in range(CONNECTIONS)))
        await asyncio.gather(*(world.available(sale) for _ in range(CONNECTIONS)))
        with pytest.raises(ZeroDivisionError):
            async with world.begin(buyer.admitted) as work:
                await work.events.get(sale.event.id)
                raise ZeroDivisionError
        found = [dict(row) for row in await rival.connection.fetch(HELD)]
        assert found == []

    async def test_a_cancelled_caller_frees_its_locks(
        self, world: World, sale: Sale, buyer: Caller, rival: Rival
    ) -> None:
        """And its key, while it waited in the middle of its commit."""
        first, second, _ = self.pools(sale)
        names = {pool.id: pool.name for pool in sale.event.pools}
        wanted, key = {names[first]: 1, names[second]: 1}, new_key()
        await rival.lock(second)
        call = asyncio.create_task(world.hold(buyer, sale, wanted, key))
        await rival.waiting()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert not await rival.finds_locked(first)
        await rival.leave()
        await world.harness.check_idle()
        await world.hold(buyer, sale, wanted, key)
        assert await world.counters(sale) == {
            names[first]: (1, 0),
            names[second]: (1, 0),
            **{name: (0, 0) for pool, name in names.items() if pool not in (first, second)},
        }

    async def release(self, world: World, hold: Hold) -> None:
        async with world.begin(world.system()) as work:
            work.stock.give_back(hold.lines)
            work.holds.save(hold.release(at=await work.now()))
            await work.commit(None)
