"""The contract, and what is particular to rows."""

import asyncio
from datetime import timedelta

import pytest

from infrastructure.postgres.database import Database
from infrastructure.postgres.throttle import PostgresAttemptThrottle
from shared.errors import DatabaseUnavailable
from tests.adapters.postgres.owner import Owner
from tests.contracts.throttle import NONE, ThrottleContract, ThrottleUnderTest, account, place

AGE = """
    UPDATE login_attempts SET last_at = last_at - interval '2 days'
    WHERE key IN (SELECT key FROM login_attempts ORDER BY key FOR UPDATE)
"""


class OnPostgresThrottle(ThrottleUnderTest):
    def __init__(self, database: Database, owner: Owner) -> None:
        self.owner = owner
        self.throttle = PostgresAttemptThrottle(database)

    async def pass_time(self, by: timedelta) -> None:
        await self.owner.fetch("UPDATE login_attempts SET last_at = last_at - $1::interval", by)

    async def kept(self) -> int:
        (row,) = await self.owner.fetch("SELECT count(*)::int AS kept FROM login_attempts")
        return int(row["kept"])


class TestPostgresAttemptThrottle(ThrottleContract):
    @pytest.fixture
    async def under_test(
        self, contract_database: Database, contract_owner: Owner
    ) -> OnPostgresThrottle:
        await contract_owner.fetch("TRUNCATE login_attempts")
        return OnPostgresThrottle(contract_database, contract_owner)

    async def test_who_is_cancelled_locks_nothing(self, under_test: OnPostgresThrottle) -> None:
        counters = [account(), place()]
        for turns in range(0, 40, 4):
            call = asyncio.create_task(under_test.throttle.attempt(counters))
            await asyncio.sleep(turns / 10_000)
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
        async with asyncio.timeout(60):
            await under_test.throttle.succeeded(counters)
            assert await under_test.throttle.attempt(counters) == NONE

    async def test_without_a_database(self) -> None:
        throttle = PostgresAttemptThrottle(Database("postgresql://localhost:1/none"))
        with pytest.raises(DatabaseUnavailable):
            await throttle.attempt([account()])
        with pytest.raises(DatabaseUnavailable):
            await throttle.succeeded([account()])

    async def test_no_deadlock(self, under_test: OnPostgresThrottle) -> None:
        """Attempts, successes and what is swept, over the same keys in any order: the victim of a
        deadlock would raise."""
        counters = [account() for _ in range(8)]

        async def client(number: int) -> None:
            for turn in range(8):
                chosen = [counters[(number * step + turn) % 8] for step in (1, 3, 5)]
                unlike = list({each.key: each for each in chosen}.values())
                await under_test.throttle.attempt(unlike)
                await under_test.throttle.succeeded(unlike[::-1])
                if turn % 3 == 0:
                    await under_test.owner.fetch(AGE)

        await asyncio.gather(*map(client, range(12)))
