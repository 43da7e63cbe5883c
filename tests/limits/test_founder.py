"""The first account of an installation is its first superuser's: one, however many want it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import asyncpg

from infrastructure.postgres.audit import audit
from tests.faces.outcome import Outcome
from tests.limits.callers import new_address
from tests.limits.conftest import Pair

MANY, ENOUGH = 30, 12
"""Registrations, and those of them that certainly look at the same moment."""
PATIENCE = 20.0
"""Seconds; below what callers wait for."""

_LOOK = """
SELECT count(*), count(*) FILTER (WHERE founder), count(*) FILTER (WHERE superuser) FROM users
"""
_WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def test_of_thirty_who_register_at_once_one_is_the_founder(pair: Pair) -> None:
    """Through both faces of two processes on an empty database. Nobody can write before many have
    come as far as they get: without a lock each of these would have found no account."""

    def register(number: int) -> Outcome:
        request = {"email": f"{number}@example.org", "password": "in a hurry", "name": "First"}
        headers = [("x-forwarded-for", new_address())]
        face = pair.faces[number % len(pair.faces)]
        return face.call("Register", request, token=None, headers=headers)

    connection = await asyncpg.connect(pair.owner_url)
    try:
        assert tuple(await connection.fetchrow(_LOOK) or ()) == (0, 0, 0)
        with ThreadPoolExecutor(MANY) as threads:
            async with connection.transaction():
                await connection.execute("LOCK TABLE users IN SHARE MODE")
                pending = [threads.submit(register, number) for number in range(MANY)]
                await _enough_wait(connection)
            answers = [each.result().ok() for each in pending]
        assert [answer["superuser"] for answer in answers].count(True) == 1
        assert tuple(await connection.fetchrow(_LOOK) or ()) == (MANY, 1, 1)
        assert await audit(connection) == []
    finally:
        await connection.close()


async def _enough_wait(connection: asyncpg.Connection) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while (waiting := await connection.fetchval(_WAITING)) < ENOUGH:
        assert asyncio.get_running_loop().time() < deadline, f"only {waiting} of {ENOUGH}"
        await asyncio.sleep(0.02)
