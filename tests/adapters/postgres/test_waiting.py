"""More callers than connections: who waits, who is refused, and that nobody is forgotten."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from application.messages import Context, Priority
from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import SYSTEM
from shared.errors import Overloaded
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.contracts.world import World, crowd


class TestWaiting(OnPostgres):
    @pytest.fixture
    async def narrow(self, contract_url: str) -> AsyncIterator[Database]:
        """One connection, and eight who may wait for it."""
        async with Database(
            contract_url, pool_min=1, pool_max=1, connect_timeout=60, most_waiting=8
        ) as database:
            yield database

    @pytest.fixture
    def world(self, narrow: Database, contract_owner: Owner) -> World:
        return World(PostgresHarness(narrow, contract_owner))

    async def test_who_comes_first(self, narrow: Database, world: World) -> None:
        """The unit of work says whose call it is."""
        served: list[str] = []

        async def look(priority: Priority) -> None:
            async with world.begin(Context.system("r", priority=priority)) as work:
                await work.now()
                served.append(priority.name)

        lent = await narrow.lend()
        calls = [asyncio.create_task(look(each)) for each in reversed(Priority)]
        await asyncio.sleep(0)
        assert served == []
        await narrow.give_back(lent, rollback=False)
        await asyncio.gather(*calls)
        assert served == ["PAYMENT", "SALE", "READ", "LIST"]

    async def test_too_many_are_refused_and_the_others_are_served(self, narrow: Database) -> None:
        refused = await crowd(narrow.fetch("SELECT pg_sleep(0.01)", as_=SYSTEM) for _ in range(50))
        reasons = [each.reason for each in refused if isinstance(each, Overloaded)]
        assert len(reasons) == 41 and set(reasons) == {"OVERLOADED"}
        assert sum(isinstance(each, list) for each in refused) == 9
        assert not narrow.full(Priority.LIST)

    async def test_a_refusal_asks_nobody(self, narrow: Database) -> None:
        lent = await narrow.lend()
        waiting = [asyncio.create_task(narrow.fetch("SELECT 1", as_=SYSTEM)) for _ in range(8)]
        await asyncio.sleep(0)
        assert narrow.full(Priority.PAYMENT)
        with pytest.raises(Overloaded):
            narrow.lend(Priority.PAYMENT).send(None)
        assert not await narrow.ready()
        await narrow.give_back(lent, rollback=False)
        await asyncio.gather(*waiting)
        assert await narrow.ready()

    async def test_a_payment_finds_room_where_a_list_does_not(self, narrow: Database) -> None:
        lent = await narrow.lend()
        waiting = [
            asyncio.create_task(narrow.fetch("SELECT 1", as_=SYSTEM, priority=Priority.LIST))
            for _ in range(5)
        ]
        await asyncio.sleep(0)
        assert [narrow.full(each) for each in Priority] == [False, False, False, True]
        with pytest.raises(Overloaded):
            await narrow.lend(Priority.LIST)
        payment = asyncio.create_task(narrow.fetch("SELECT 1", as_=SYSTEM))
        await asyncio.sleep(0)
        await narrow.give_back(lent, rollback=False)
        await asyncio.gather(payment, *waiting)

    async def test_those_who_go_away_leave_the_connection(self, narrow: Database) -> None:
        """At whatever moment they do."""
        for moment in range(12):
            tasks = [
                asyncio.create_task(narrow.fetch("SELECT pg_sleep(0.001)", as_=SYSTEM))
                for _ in range(6)
            ]
            for _ in range(moment):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        while narrow._returning:
            await asyncio.sleep(0)
        assert await asyncio.wait_for(narrow.ready(), 50)
        assert not narrow.full(Priority.LIST) and narrow._gate.waiting == 0

    async def test_a_connection_that_is_not_made_takes_no_place(self, contract_url: str) -> None:
        async with Database(contract_url, pool_min=0, pool_max=1, connect_timeout=60) as database:
            for moment in range(1, 8):
                connecting = asyncio.create_task(database.lend())
                for _ in range(moment):
                    await asyncio.sleep(0)
                connecting.cancel()
                await asyncio.gather(connecting, return_exceptions=True)
            assert not database.full(Priority.LIST)
            assert await asyncio.wait_for(database.ready(), 50)

    async def test_who_waits_when_it_is_closed_is_told_so(self, contract_url: str) -> None:
        async with Database(contract_url, pool_min=1, pool_max=1) as database:
            lent = await database.lend()
            waiting = asyncio.create_task(database.fetch("SELECT 1", as_=SYSTEM))
            await asyncio.sleep(0)
            closing = asyncio.create_task(database.close())
            await asyncio.sleep(0)
            await database.give_back(lent, rollback=False)
            (outcome,) = await crowd([waiting])
            assert getattr(outcome, "reason", None) == "DATABASE_UNAVAILABLE"
            lent.terminate()
            await closing
