"""Another client of the same database, which gets in the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
from asyncpg.transaction import Transaction

LOCK = "SELECT FROM stock WHERE pool_id = $1 FOR UPDATE"
WAITING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
      AND backend_type = 'client backend'
"""
_PATIENCE = 60.0


class Rival:
    """A connection of its own."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self.connection = connection
        self._transaction: Transaction | None = None

    async def lock(self, pool_id: UUID) -> None:
        """Keeps the counters locked until the rival leaves."""
        if self._transaction is None:
            self._transaction = self.connection.transaction()
            await self._transaction.start()
            # In a deadlock, the one who waits longer than this notices: not the rival.
            await self.connection.execute("SET LOCAL deadlock_timeout = '1min'")
        await self.connection.execute(LOCK, pool_id)

    async def finds_locked(self, pool_id: UUID) -> bool:
        """Whether somebody else has the counters locked; the rival does not keep them."""
        attempt = self.connection.transaction()
        await attempt.start()
        try:
            await self.connection.execute(f"{LOCK} NOWAIT", pool_id)
        except asyncpg.LockNotAvailableError:
            return True
        finally:
            await attempt.rollback()
        return False

    async def waiting(self) -> int:
        """The process id of the one backend that waits for a lock, as soon as one does."""
        (pid,) = await self.number_waiting(1)
        return pid

    async def number_waiting(self, number: int) -> list[int]:
        """Those of all backends that wait for a lock, as soon as so many do."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                # The view is read once per transaction, unless it is told to look again.
                await self.connection.execute("SELECT pg_stat_clear_snapshot()")
                rows = await self.connection.fetch(WAITING)
                if len(rows) >= number:
                    return [int(row["pid"]) for row in rows]
                await asyncio.sleep(0.001)

    async def terminate(self, pid: int) -> None:
        """Done when it is gone."""
        gone = await self.connection.fetchval("SELECT pg_terminate_backend($1, 60000)", pid)
        assert gone, f"backend {pid} does not end"

    async def finish(self) -> None:
        """Commits what it has done, and gives back whatever it keeps."""
        if self._transaction is not None:
            await self._transaction.commit()
            self._transaction = None

    async def leave(self) -> None:
        """Gives back whatever it keeps."""
        if self._transaction is not None:
            await self._transaction.rollback()
            self._transaction = None


@asynccontextmanager
async def rival_of(database_url: str) -> AsyncIterator[Rival]:
    connection = await asyncpg.connect(database_url)
    try:
        yield Rival(connection)
    finally:
        await connection.close()
