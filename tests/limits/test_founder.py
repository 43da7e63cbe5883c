"""The first account of an installation is its first superuser's: one, however many want it."""

from concurrent.futures import ThreadPoolExecutor

import asyncpg

from infrastructure.postgres.audit import audit
from tests.conftest import in_thread
from tests.faces.outcome import Outcome
from tests.limits.callers import new_address
from tests.limits.conftest import Pair

MANY = 30
_LOOK = """
SELECT count(*), count(*) FILTER (WHERE founder), count(*) FILTER (WHERE superuser) FROM users
"""


def test_of_thirty_who_register_at_once_one_is_the_founder(pair: Pair) -> None:
    """Through both faces of two processes on an empty database."""
    assert in_thread(lambda: _look(pair.owner_url)) == (0, 0, 0)

    def register(number: int) -> Outcome:
        request = {"email": f"{number}@example.org", "password": "in a hurry", "name": "First"}
        headers = [("x-forwarded-for", new_address())]
        face = pair.faces[number % len(pair.faces)]
        return face.call("Register", request, token=None, headers=headers)

    with ThreadPoolExecutor(MANY) as threads:
        answers = [outcome.ok() for outcome in threads.map(register, range(MANY))]

    assert [answer["superuser"] for answer in answers].count(True) == 1
    assert in_thread(lambda: _look(pair.owner_url)) == (MANY, 1, 1)


async def _look(url: str) -> tuple[int, int, int]:
    connection = await asyncpg.connect(url)
    try:
        assert await audit(connection) == []
        [(users, founders, superusers)] = await connection.fetch(_LOOK)
        return users, founders, superusers
    finally:
        await connection.close()
