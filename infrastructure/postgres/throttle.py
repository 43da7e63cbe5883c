"""Attempts counted in the database, for all processes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from application.ports.throttle import AttemptThrottle, Counter
from domain.user.throttle import FORGOTTEN_AFTER, Failures, failed, taken_back, wait
from infrastructure.postgres.connections import Lent
from infrastructure.postgres.database import Database
from infrastructure.postgres.failures import raise_meaning
from infrastructure.postgres.identity import DOOR

_BEGIN = f"BEGIN ISOLATION LEVEL READ COMMITTED; {DOOR.local()}"

# Locks the counters in the order of their keys; those that are not there yet are made, so that
# there is something to lock. The condition that never holds keeps the others as they are.
_LOCK = """
    INSERT INTO login_attempts AS kept (key, count, last_at)
    SELECT key, 0, statement_timestamp() FROM unnest($1::text[]) AS key ORDER BY key
    ON CONFLICT (key) DO UPDATE SET count = kept.count WHERE false
"""

# A statement of its own: it begins, and tells the time, when everything is locked.
_READ = """
    SELECT statement_timestamp() AS at, key, count, last_at
    FROM login_attempts WHERE key = ANY($1::text[])
"""

_WRITE = """
    UPDATE login_attempts AS kept SET count = new.count, last_at = new.last_at
    FROM unnest($1::text[], $2::int[], $3::timestamptz[]) AS new (key, count, last_at)
    WHERE kept.key = new.key
"""

_DELETE = "DELETE FROM login_attempts WHERE key = $1"

# A few per attempt, more than it can add; none that somebody else is busy with.
_FORGET = """
    DELETE FROM login_attempts WHERE key IN (
        SELECT key FROM login_attempts WHERE last_at < $1
        ORDER BY last_at LIMIT 10 FOR UPDATE SKIP LOCKED
    )
"""


class PostgresAttemptThrottle(AttemptThrottle):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def attempt(self, counters: Sequence[Counter]) -> timedelta:
        if not counters:
            return timedelta()
        async with self._transaction() as connection:
            at, kept = await _locked(connection, counters)
            waits = [wait(kept[each.key], each.delay, at) for each in counters]
            longest = max(waits)
            if longest:
                await connection.execute("ROLLBACK")  # a refused attempt writes nothing
                return longest
            await _write(connection, {key: failed(each, at) for key, each in kept.items()})
            await connection.execute(_FORGET, at - FORGOTTEN_AFTER)
            await connection.execute("COMMIT")
            return timedelta()

    async def succeeded(self, counters: Sequence[Counter]) -> None:
        if not counters:
            return
        async with self._transaction() as connection:
            at, kept = await _locked(connection, counters)
            rest = {each.key: taken_back(kept[each.key], each.delay, at) for each in counters[1:]}
            await _write(connection, rest)
            await connection.execute(_DELETE, counters[0].key)
            await connection.execute("COMMIT")

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Lent]:
        """Undone, unless it was ended inside."""
        connection = await self._database.lend()
        ended = False
        try:
            await connection.execute(_BEGIN)
            yield connection
            ended = True
        except Exception as error:
            raise_meaning(error, connection)
        finally:
            await self._database.give_back(connection, rollback=not ended)


async def _locked(
    connection: Lent, counters: Sequence[Counter]
) -> tuple[datetime, dict[str, Failures]]:
    """The moment when all counters were locked, and what they have."""
    keys = list({each.key for each in counters})
    await connection.execute(_LOCK, keys)
    rows = await connection.fetch(_READ, keys)
    kept = {row["key"]: Failures(count=row["count"], last_at=row["last_at"]) for row in rows}
    return rows[0]["at"], kept


async def _write(connection: Lent, failures: dict[str, Failures]) -> None:
    await connection.execute(
        _WRITE,
        list(failures),
        [each.count for each in failures.values()],
        [each.last_at for each in failures.values()],
    )
