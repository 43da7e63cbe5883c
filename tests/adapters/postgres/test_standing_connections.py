"""Connections that stay where they are needed all the time."""

import asyncio

from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import SYSTEM
from infrastructure.postgres.standing_connections import StandingConnections


async def test_who_waits_for_one_is_served_when_one_becomes_free(contract_url: str) -> None:
    """All that there are stand; none of them would ever come back to be lent."""
    async with Database(contract_url, pool_min=1, pool_max=2, connect_timeout=30) as database:
        standing = StandingConnections(database, SYSTEM, most=2)
        rows = await asyncio.gather(
            *(standing.fetch("SELECT $1::int AS nr, pg_sleep(0.05)", nr) for nr in range(6))
        )
        assert [row["nr"] for (row,) in rows] == list(range(6))
        await standing.close()
