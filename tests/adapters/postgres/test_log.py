"""The log on PostgreSQL, as no contract can see it: lost connections, wakes, and late commits."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from application.ports.log import SHARDS
from infrastructure.postgres.backlogs import PostgresBacklogs
from infrastructure.postgres.database import Database
from infrastructure.postgres.group.together import Together
from infrastructure.postgres.wakes import FACTS, LOG, NOTIFY, Wakes
from shared.errors import DatabaseUnavailable
from tests.adapters.postgres.harness import PostgresHarness
from tests.adapters.postgres.log_harness import OnPostgresWithLog, PostgresLogHarness
from tests.contracts.log import everything, rename
from tests.contracts.world import World, kind

LOCKS = """
    SELECT count(*) AS held FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# Done when they are gone, and their locks with them.
END = """
    SELECT pg_terminate_backend(pid, 60000) AS gone FROM (
        SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) AS holders
"""
NUMBERS = "SELECT position, log_position FROM outbox ORDER BY position"


class TestLog(OnPostgresWithLog):
    @pytest.fixture
    def world(self, harness: PostgresLogHarness) -> World:
        return World(harness)

    async def test_who_lost_the_locks_moves_no_cursor(
        self, world: World, harness: PostgresLogHarness
    ) -> None:
        """And whoever has them now is not disturbed."""
        await world.users(4)
        every, ours, theirs = await everything(harness.log), harness.readers, harness.other_readers
        assert await ours.behind("r")
        async with ours.claim("r", range(SHARDS)) as claim:
            stretch = await claim.read(3)
            assert [row["gone"] for row in await harness.owner.fetch(END)] == [True]
            async with theirs.claim("r", range(SHARDS)) as successor:
                assert len(successor.shards) == SHARDS
                assert list((await successor.read(99)).messages) == every
                for _ in range(2):
                    with pytest.raises(DatabaseUnavailable):
                        await claim.advance(stretch.upto)
                assert list((await successor.read(99)).messages) == every, "nothing was moved"
            async with ours.claim("r", range(SHARDS)) as again:
                with pytest.raises(DatabaseUnavailable):
                    await claim.advance(stretch.upto)
                assert len(again.shards) == SHARDS
        async with ours.claim("r", range(SHARDS)) as claim:
            assert len(claim.shards) == SHARDS
            await claim.advance(stretch.upto)

    async def test_no_lock_is_left_behind(self, world: World, harness: PostgresLogHarness) -> None:
        await world.users(1)
        await everything(harness.log)
        assert await harness.readers.behind("r")

        async def hold(entered: asyncio.Event) -> None:
            async with harness.readers.claim("r", range(SHARDS)):
                entered.set()
                await asyncio.Event().wait()

        entered = asyncio.Event()
        holding = asyncio.create_task(hold(entered))
        await entered.wait()
        (row,) = await harness.owner.fetch(LOCKS)
        assert row["held"] == SHARDS
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)
        (row,) = await harness.owner.fetch(LOCKS)
        assert row["held"] == 0

    async def test_who_commits_late_comes_later(
        self, world: World, harness: PostgresLogHarness
    ) -> None:
        """A fact that was written first and committed last is no longer behind the reader."""
        early, late = await world.users(2)
        seen = await everything(harness.log)
        async with harness.owner.connection() as rival:
            await rival.execute("BEGIN; SELECT FROM outbox")
            await rival.execute(
                "INSERT INTO outbox SELECT nextval('holdfast_outbox_position'),"
                " overlay(gen_random_uuid()::text PLACING left(id::text, 14) FROM 1)::uuid, type,"
                " version, aggregate_type, $1, payload, occurred_at, 'late', actor FROM outbox"
                " WHERE type = 'user.created' LIMIT 1",
                late.user_id,
            )
            await rename(world, early.user_id, "Early bird")
            first = await everything(harness.log)
            await rival.execute("COMMIT")
        after = await harness.log.read(seen[-1].position, 99)
        assert [each.aggregate_id for each in after] == [early.user_id]
        await harness.log.number(99)
        after = await harness.log.read(first[-1].position, 99)
        assert [each.request_id for each in after] == ["late"]
        rows = await harness.owner.fetch(NUMBERS)
        numbers = [row["log_position"] for row in rows]
        assert numbers != sorted(numbers), "the late one stands behind, though written before"

    async def test_numbering_goes_on_when_all_that_was_numbered_is_gone(
        self, world: World, harness: PostgresLogHarness
    ) -> None:
        await world.users(2)
        last = (await everything(harness.log))[-1].position
        await harness.owner.fetch("DELETE FROM outbox")
        await world.users(1)
        assert min(each.position for each in await everything(harness.log)) > last

    async def test_what_waits_is_counted(self, world: World, harness: PostgresLogHarness) -> None:
        await world.users(3)
        every = await everything(harness.log)
        await world.users(1)
        assert await harness.readers.behind("r")
        async with harness.readers.claim("r", range(SHARDS)) as claim:
            await claim.advance(every[3].position)
        async with world.begin(world.system()) as work:
            work.consumed.bury("mails", every[0], attempts=5, error="no")
            await work.commit(None)
        backlog = await PostgresBacklogs(harness.database).look()
        assert backlog.outbox.count == len(await harness.outbox()) - len(every) > 0
        assert backlog.readers["r"].count == len(every) - 4
        assert backlog.readers["r"].oldest_seconds > 0 and backlog.dead == {"mails": 1}


class TestWakes(OnPostgresWithLog):
    @pytest.fixture
    async def wakes(self, contract_url: str) -> AsyncIterator[Callable[[], Wakes]]:
        """Each is of a process of its own."""
        made: list[Wakes] = []
        async with Database(contract_url, pool_min=0, pool_max=4) as standing:

            def make() -> Wakes:
                wakes = Wakes(standing)
                wakes.start()
                made.append(wakes)
                return wakes

            yield make
            for each in made:
                await each.close()

    async def listening(self, *made: Wakes) -> None:
        """Who begins to listen is woken: something may have been missed. To be asked at once."""
        async with asyncio.timeout(60):
            await asyncio.gather(*(each.waiter(LOG).wait(600) for each in made))

    async def test_a_commit_wakes_this_process_and_others(
        self,
        harness: PostgresLogHarness,
        wakes: Callable[[], Wakes],
        contract_shared: Database,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        ours, theirs = wakes(), wakes()
        monkeypatch.setattr(harness.database, "committed", ours.committed)
        monkeypatch.setattr(contract_shared, "committed", ours.committed)
        await self.listening(ours, theirs)
        waiters = [each.waiter(FACTS) for each in (ours, theirs)]
        numbered = theirs.waiter(LOG)
        together = Together(contract_shared)
        grouped = PostgresHarness(harness.database, harness.owner, together=together)
        for world in (World(harness), World(grouped)):
            buyer = await world.user()
            sale = await world.sale(kind("Standing", 10))
            for waiter in waiters:
                await asyncio.sleep(0.1)
                await waiter.wait(0)
            async with asyncio.timeout(60):
                await asyncio.gather(
                    *(waiter.wait(600) for waiter in waiters),
                    world.hold(buyer, sale, {"Standing": 1}),
                )
        async with asyncio.timeout(60):
            await asyncio.gather(numbered.wait(600), everything(harness.log))
        await together.close()

    async def test_a_thousand_commits_are_told_a_few_times(
        self, harness: PostgresLogHarness, wakes: Callable[[], Wakes]
    ) -> None:
        ours, told = wakes(), 0
        await self.listening(ours)
        async with harness.owner.connection() as listener:

            def heard(*notification: object) -> None:
                nonlocal told
                told += 1

            await listener.add_listener("holdfast", heard)
            loop = asyncio.get_running_loop()
            began = loop.time()
            for _ in range(1_000):
                ours.committed()
                await asyncio.sleep(0.0001)
            await asyncio.sleep(0.1)
            async with asyncio.timeout(60):
                while not told:
                    await asyncio.sleep(0.01)
            took = loop.time() - began
            await listener.remove_listener("holdfast", heard)
        assert 1 <= told <= 50 * took + 1

    async def test_what_came_before_the_wait_ends_it(
        self, harness: PostgresLogHarness, wakes: Callable[[], Wakes]
    ) -> None:
        ours = wakes()
        await self.listening(ours)
        waiter = ours.waiter(LOG)
        await waiter.wait(0)
        await harness.owner.fetch(NOTIFY, LOG)
        await asyncio.sleep(0.2)
        async with asyncio.timeout(60):
            await waiter.wait(600)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await waiter.wait(60)

    async def test_polling_is_the_net(self, contract_shared: Database) -> None:
        """Nobody tells, and the wait ends all the same."""
        async with asyncio.timeout(60):
            await Wakes(contract_shared).waiter(FACTS).wait(0.05)
