"""The database goes away, at every moment one can think of: nothing is half done, and callers hear
that it is unavailable, not that it is a bug."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from infrastructure.postgres.connections import is_gone
from infrastructure.postgres.database import Database
from infrastructure.postgres.embedded import EmbeddedPostgres
from infrastructure.postgres.identity import SYSTEM
from shared.errors import DatabaseUnavailable, DeadlineExceeded
from tests.adapters.ports import kept_port
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.adapters.postgres.rival import Rival, rival_of
from tests.contracts.world import Caller, Sale, World, crowd, kind, new_key, refusals

BACKENDS = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'holdfast'
"""

# A trigger that fires when the transaction commits, and waits for a lock that the rival keeps.
WAIT_IN_COMMIT = """
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END
    $$;
    CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION wait();
    SELECT pg_advisory_lock(1)
"""


async def use_all(database: Database) -> list[str]:
    """Every connection of the pool at once; the refusals."""
    return refusals(
        await crowd(database.fetch("SELECT pg_sleep(0.01)", as_=SYSTEM) for _ in range(30))
    )


class TestFailures(OnPostgres):
    @pytest.fixture
    def world(self, harness: PostgresHarness) -> World:
        return World(harness)

    @pytest.fixture
    async def sale(self, world: World) -> Sale:
        return await world.sale(kind("A", 10), kind("B", 10))

    @pytest.fixture
    async def buyer(self, world: World) -> Caller:
        return await world.user()

    @pytest.fixture
    async def rival(
        self, contract_owner_url: str, contract_database: Database
    ) -> AsyncIterator[Rival]:
        async with rival_of(contract_owner_url) as rival:
            yield rival
        await use_all(contract_database)

    async def test_killed_in_the_middle_of_a_commit(
        self, world: World, sale: Sale, buyer: Caller, rival: Rival
    ) -> None:
        """The same request, sent again, is the first one for the database."""
        key = new_key()
        await rival.lock(sale.pool_id("B"))
        call = asyncio.create_task(world.hold(buyer, sale, {"A": 1, "B": 1}, key))
        await rival.terminate(await rival.waiting())
        with pytest.raises(DatabaseUnavailable) as refused:
            await call
        assert refused.value.retry_after == 1
        assert await world.counters(sale) == {"A": (0, 0), "B": (0, 0)}
        assert "HoldPlaced" not in [entry.fact for entry in await world.harness.outbox()]
        await rival.leave()
        await world.hold(buyer, sale, {"A": 1, "B": 1}, key)
        assert await world.counters(sale) == {"A": (1, 0), "B": (1, 0)}

    async def test_killed_between_two_reads(
        self, world: World, sale: Sale, buyer: Caller, rival: Rival
    ) -> None:
        ctx = buyer.admitted
        async with world.begin(ctx) as work:
            await work.events.get(sale.event.id)
            await self.kill_all(rival)
            with pytest.raises(DatabaseUnavailable):
                await work.events.get(sale.event.id)

    async def test_killed_before_commit(
        self,
        world: World,
        sale: Sale,
        buyer: Caller,
        rival: Rival,
        contract_database: Database,
    ) -> None:
        hold = await world.stored_hold((await world.hold(buyer, sale, {"A": 1})).id)
        async with world.begin(world.system()) as work:
            work.stock.give_back(hold.lines)
            work.holds.save(hold.release(at=await work.now()))
            await self.kill_all(rival)
            with pytest.raises(DatabaseUnavailable):
                await work.commit(None)
        await use_all(contract_database)  # each dead connection may refuse one more caller
        assert await world.stored_hold(hold.id) == hold
        assert await world.counters(sale) == {"A": (1, 0), "B": (0, 0)}

    async def test_killed_while_it_commits(self, database_url: str, owner_url: str) -> None:
        """Unknown is unavailable; here it turns out that nothing was performed."""
        async with (
            Database(database_url, pool_min=1, pool_max=2) as database,
            rival_of(owner_url) as rival,
            Owner(owner_url) as owner,
        ):
            await rival.connection.execute(WAIT_IN_COMMIT)
            world = World(PostgresHarness(database, owner))
            call = asyncio.create_task(world.user())
            await rival.terminate(await rival.waiting())
            with pytest.raises(DatabaseUnavailable):
                await call
            assert await owner.fetch("SELECT FROM users") == []
            assert await world.harness.outbox() == []

    async def test_the_pool_recovers(
        self, world: World, contract_database: Database, rival: Rival
    ) -> None:
        """Whoever meets a dead connection is refused; nobody meets it again."""
        await use_all(contract_database)
        await self.kill_all(rival)
        assert set(await use_all(contract_database)) <= {"DATABASE_UNAVAILABLE"}
        assert await use_all(contract_database) == []
        await world.harness.check_idle()

    @pytest.mark.parametrize("moment", range(6))
    async def test_hung_up_while_it_is_given_back(
        self, contract_database: Database, moment: int
    ) -> None:
        """The moment is counted in turns of the event loop."""
        lent = await contract_database.lend()
        returning = asyncio.create_task(contract_database.give_back(lent, rollback=False))
        for _ in range(moment):
            await asyncio.sleep(0)
        if not is_gone(lent):
            lent.terminate()
        await returning
        assert await use_all(contract_database) == []

    async def test_every_connection_is_in_use(
        self, contract_url: str, contract_owner: Owner
    ) -> None:
        async with Database(contract_url, pool_min=1, pool_max=1, connect_timeout=0.3) as database:
            world = World(PostgresHarness(database, contract_owner))
            async with world.begin(world.system()) as work:
                await work.now()
                with pytest.raises(DatabaseUnavailable):
                    await world.now()
            await world.now()

    async def test_a_statement_that_takes_too_long(self, contract_url: str) -> None:
        """It ends as it was set; what is said to make a connection is not to be ended by that."""
        async with Database(contract_url, pool_min=1, pool_max=1, statement_timeout=20) as database:
            (row,) = await database.fetch("SHOW statement_timeout", as_=SYSTEM)
            assert row["statement_timeout"] == "20s"
            await database.fetch("SELECT set_config('statement_timeout', '50', false)", as_=SYSTEM)
            with pytest.raises(DeadlineExceeded):
                await database.fetch("SELECT pg_sleep(30)", as_=SYSTEM)
            (row,) = await database.fetch("SELECT 1 AS one", as_=SYSTEM)
            assert row["one"] == 1

    async def test_a_closed_database(self, contract_url: str) -> None:
        async with Database(contract_url, pool_min=1, pool_max=1) as database:
            assert await database.ready()
        with pytest.raises(DatabaseUnavailable):
            await database.fetch("SELECT 1", as_=SYSTEM)
        assert not await database.ready()

    async def test_nobody_listens(self) -> None:
        with kept_port() as port:
            database = Database(f"postgresql://a:b@127.0.0.1:{port}/c", pool_min=1)
            with pytest.raises(DatabaseUnavailable):
                await database.open(patience=0.2)
            assert not await database.ready()
            await database.close()

    async def test_a_server_that_comes_later_is_waited_for(self, tmp_path: Path) -> None:
        with kept_port() as port:
            async with EmbeddedPostgres(tmp_path / "postgres", port=port) as server:
                url = server.url()  # its password stays
            database = Database(url, pool_min=1)
            opening = asyncio.create_task(database.open(patience=60))
            await asyncio.sleep(0.2)
            assert not opening.done()
            async with EmbeddedPostgres(tmp_path / "postgres", port=port) as server:
                assert server.url() == url
                await opening
                assert not await database.ready()  # it has no tables
                await database.close()

    async def test_a_wrong_password_is_not_tried_again(self, contract_url: str) -> None:
        before, after = contract_url.split("@")
        wrong = f"{before.rsplit(':', 1)[0]}:wrong@{after}"
        with pytest.raises(asyncpg.InvalidPasswordError):
            await Database(wrong, pool_min=1).open(patience=60)

    async def test_a_bug_stays_a_bug(self, contract_database: Database) -> None:
        with pytest.raises(asyncpg.UndefinedColumnError):
            await contract_database.fetch("SELECT wrong FROM users", as_=SYSTEM)
        with pytest.raises(asyncpg.DataError):
            await contract_database.fetch("SELECT $1::uuid", "no uuid", as_=SYSTEM)

    async def kill_all(self, rival: Rival) -> None:
        """Every connection of ours, and until they are gone; the pool may make new ones."""
        killed = {row["pid"] for row in await rival.connection.fetch(BACKENDS)}
        for pid in killed:
            await rival.connection.execute("SELECT pg_terminate_backend($1)", pid)
        while killed & {row["pid"] for row in await rival.connection.fetch(BACKENDS)}:
            await asyncio.sleep(0.01)
