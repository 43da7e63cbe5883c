"""Readers of the log on PostgreSQL: a cursor for each shard, and an advisory lock beside it.

The locks are a session's: they end with the connection, and with the process at the latest. Cursors
are moved by the session that has the locks, so whoever has lost them cannot move one.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from hashlib import blake2b
from typing import Final

from application.ports.backlog import MOST_COUNTED, Waiting
from application.ports.log import SHARDS, Claim, LogReaders, Stretch
from infrastructure.postgres.connections import Lent, Record, is_gone
from infrastructure.postgres.database import Database
from infrastructure.postgres.failures import ANY_TROUBLE, raise_meaning, unavailable
from infrastructure.postgres.identity import SYSTEM, assume
from infrastructure.postgres.log import COLUMNS, HEAD, message_of

_logger = logging.getLogger(__name__)

# The last four bits of an aggregate's id: the same everywhere and for good.
_SHARD: Final = f"get_byte(uuid_send(aggregate_id), 15) % {SHARDS}"

_BEHIND = f"""
    SELECT shard FROM log_cursors WHERE reader = $1 AND log_position < ({HEAD})
"""  # nosec B608: constants only
_NEW = f"""
    INSERT INTO log_cursors SELECT $1, shard, 0 FROM generate_series(0, {SHARDS - 1}) AS shard
    ON CONFLICT DO NOTHING
"""  # nosec B608: constants only
_LOCK = "SELECT shard FROM unnest($2::int[]) AS shard WHERE pg_try_advisory_lock($1::int, shard)"
_UNLOCK = "SELECT pg_advisory_unlock($1::int, shard) AS had FROM unnest($2::int[]) AS shard"

_CURSORS = f"""
    SELECT shard, log_position, ({HEAD}) AS head FROM log_cursors
    WHERE reader = $1 AND shard = ANY($2::int[])
"""  # nosec B608: constants only

# $2: the cursor of each shard. What is up to the head is all visible.
_READ = f"""
    SELECT {COLUMNS} FROM outbox
    WHERE log_position > $1 AND log_position <= $3
      AND log_position > ($2::bigint[])[1 + {_SHARD}]
      AND ($5::text[] IS NULL OR type = ANY($5::text[]))
    ORDER BY log_position LIMIT $4
"""  # nosec B608: constants only

# Not waited for on the disk: a cursor that a crash moves back costs a repetition.
_ADVANCE = """
    WITH unhurried AS (SELECT set_config('synchronous_commit', 'off', true))
    UPDATE log_cursors SET log_position = $3
    FROM unhurried WHERE reader = $1 AND shard = ANY($2::int[]) AND log_position < $3
"""

LAGS = f"""
    SELECT reader, count(id) AS waiting,
           greatest(coalesce(extract(epoch FROM statement_timestamp() - min(occurred_at)), 0), 0)
               AS seconds
    FROM (SELECT reader, array_agg(log_position ORDER BY shard) AS cursors,
                 min(log_position) AS first
          FROM log_cursors GROUP BY reader) AS readers
    LEFT JOIN LATERAL (
        SELECT id, occurred_at FROM outbox
        WHERE log_position > first AND log_position > cursors[1 + {_SHARD}]
        ORDER BY log_position LIMIT $1
    ) AS facts ON true
    GROUP BY reader
"""  # nosec B608: constants only

_FORGET = "DELETE FROM log_cursors WHERE reader = $1 RETURNING shard"

_NEVER: Final = 2**63 - 1


class PostgresLogReaders(LogReaders):
    """All readers of a process share one connection, which is kept; statements on it take turns."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._session: _Session | None = None
        self._making = asyncio.Lock()
        self._known: set[str] = set()

    async def close(self) -> None:
        """Lets go of everything."""
        async with self._making:
            if self._session is not None:
                await self._session.end()
                self._session = None

    async def behind(self, reader: str) -> Collection[int]:
        if reader not in self._known:
            await self._database.fetch(_NEW, reader, as_=SYSTEM)
            self._known.add(reader)
        rows = await self._database.fetch(_BEHIND, reader, as_=SYSTEM)
        return [row["shard"] for row in rows]

    @asynccontextmanager
    async def claim(self, reader: str, shards: Collection[int]) -> AsyncIterator[Claim]:
        session = await self._standing()
        claim = _PostgresClaim(session, reader, await session.lock(reader, shards))
        try:
            yield claim
        finally:
            await session.unlock(reader, claim.shards)

    async def lags(self) -> Mapping[str, Waiting]:
        rows = await self._database.fetch(LAGS, MOST_COUNTED, as_=SYSTEM)
        return {
            str(row["reader"]): Waiting(
                count=int(row["waiting"]), oldest_seconds=float(row["seconds"])
            )
            for row in rows
        }

    async def forget(self, reader: str) -> bool:
        self._known.discard(reader)
        return bool(await self._database.fetch(_FORGET, reader, as_=SYSTEM))

    async def _standing(self) -> "_Session":
        async with self._making:
            if self._session is not None and not self._session.usable:
                await self._session.end()
                self._session = None
            if self._session is None:
                session = _Session(self._database, await self._database.lend())
                try:
                    await session.begin()
                except BaseException:
                    await session.end()
                    raise
                self._session = session
            return self._session


class _Session:
    """A session of the database and the locks it has. A lock that a session has already it may take
    again: so those of this process are known here."""

    def __init__(self, database: Database, connection: Lent) -> None:
        self._database = database
        self._connection = connection
        self._turn = asyncio.Lock()
        self._held: set[tuple[str, int]] = set()
        self._ended = False

    @property
    def usable(self) -> bool:
        return not self._ended and not is_gone(self._connection)

    async def begin(self) -> None:
        try:
            await assume(self._connection, SYSTEM)
        except Exception as error:
            raise_meaning(error, self._connection)

    async def fetch(self, sql: str, *args: object) -> list[Record]:
        """A transaction of its own. Raises what the database's error means; one that was broken
        off may have left the connection in the middle of something, which ends it."""
        async with self._turn:
            if not self.usable:
                raise unavailable()
            try:
                return await self._connection.fetch(sql, *args)
            except asyncio.CancelledError:
                self._break()
                raise
            except Exception as error:
                if isinstance(error, ANY_TROUBLE):
                    self._break()
                raise_meaning(error, self._connection)

    async def lock(self, reader: str, shards: Collection[int]) -> frozenset[int]:
        ours = {shard for shard in shards if (reader, shard) not in self._held}
        if not ours:
            return frozenset()
        keys = {(reader, shard) for shard in ours}
        self._held |= keys
        try:
            rows = await self.fetch(_LOCK, _number(reader), sorted(ours))
        except BaseException:
            self._held -= keys
            raise
        got = frozenset(row["shard"] for row in rows)
        self._held -= {(reader, shard) for shard in ours - got}
        return got

    async def unlock(self, reader: str, shards: Collection[int]) -> None:
        """Also when the caller is cancelled: nobody else could have them as long as we live."""
        if shards:
            await asyncio.shield(asyncio.ensure_future(self._unlock(reader, shards)))

    async def end(self) -> None:
        """The locks end with the connection, which nobody inherits."""
        if not self._ended:
            self._ended = True
            self._break()
            await self._database.give_back(self._connection, rollback=False)

    async def _unlock(self, reader: str, shards: Collection[int]) -> None:
        if self.usable:
            try:
                await self.fetch(_UNLOCK, _number(reader), sorted(shards))
            except Exception as error:
                _logger.warning("a connection is dropped for its locks: %s", error)
                self._break()
        self._held -= {(reader, shard) for shard in shards}

    def _break(self) -> None:
        if not is_gone(self._connection):
            self._connection.terminate()


class _PostgresClaim(Claim):
    def __init__(self, session: _Session, reader: str, shards: frozenset[int]) -> None:
        self._session = session
        self._reader = reader
        self._shards = shards

    @property
    def shards(self) -> frozenset[int]:
        return self._shards

    async def read(self, limit: int, types: Collection[str] | None = None) -> Stretch:
        if not self._shards:
            return Stretch(messages=(), upto=0)
        rows = await self._session.fetch(_CURSORS, self._reader, sorted(self._shards))
        cursors = [_NEVER] * SHARDS
        for row in rows:
            cursors[row["shard"]] = row["log_position"]
        head = max((row["head"] for row in rows), default=0)
        first = min(cursors)
        if first >= head:
            return Stretch(messages=(), upto=head)
        wanted = None if types is None else list(types)
        found = await self._session.fetch(_READ, first, cursors, head, limit, wanted)
        messages = [message_of(row) for row in found]
        full = len(messages) == limit
        return Stretch(messages=messages, upto=messages[-1].position if full else head)

    async def advance(self, upto: int) -> None:
        if self._shards:
            await self._session.fetch(_ADVANCE, self._reader, sorted(self._shards), upto)


def _number(reader: str) -> int:
    """The first half of the locks' key."""
    hashed = blake2b(reader.encode(), digest_size=4, person=b"holdfast reader").digest()
    return int.from_bytes(hashed, "big", signed=True)
