"""The pool of connections: the one place where they are made, lent and taken back."""

import asyncio
import logging
from collections.abc import Callable, Hashable, Mapping
from types import TracebackType
from typing import Final, Self

import asyncpg
import msgspec
import stamina

from application.messages import Priority
from infrastructure.postgres.connections import (
    Lent,
    Pool,
    PoolConnectionProxy,
    Record,
    is_gone,
)
from infrastructure.postgres.failures import ANY_TROUBLE, raise_meaning, unavailable
from infrastructure.postgres.gate import Gate
from infrastructure.postgres.identity import (
    DOOR,
    SYSTEM,
    IdentifiedConnection,
    Identity,
    assume,
    be_nobody,
)
from infrastructure.postgres.literals import as_json
from infrastructure.postgres.migrations import is_at_head
from shared.errors import DatabaseUnavailable, Overloaded

_logger = logging.getLogger(__name__)

_MAY_DO_DDL = """
    SELECT rolsuper
           OR has_schema_privilege(session_user, 'public', 'CREATE')
           OR EXISTS (SELECT FROM pg_tables
                      WHERE schemaname IN ('public', 'simulator')
                        AND pg_has_role(session_user, tableowner, 'MEMBER')) AS may
    FROM pg_roles WHERE rolname = session_user
"""

POINT_LOOKUPS: Final = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
"""For connections whose statements look up rows by their keys, and nothing else: planned once, by
the indexes, whatever the tables held at that moment. A plan for an empty table is a slow one when
it is full, and a plan for each call costs more than the call."""

_ARRAYS = "SELECT $1::uuid[], $2::int[], $3::text[], $4::jsonb[], $5::timestamptz[]"


class Database:
    """A PostgreSQL database (15 or later) and the connections of this process to it."""

    def __init__(
        self,
        url: str,
        *,
        pool_min: int = 4,
        pool_max: int = 16,
        connect_timeout: float = 5.0,
        statement_timeout: float = 10.0,
        lock_timeout: float = 5.0,
        most_waiting: int = 1000,
        application_name: str = "holdfast",
        planning: Mapping[str, str] | None = None,
    ) -> None:
        """Times in seconds: `connect_timeout` is the longest wait for a connection, `lock_timeout`
        for a row that another transaction keeps locked; for it and `statement_timeout` 0 is
        forever. At most `most_waiting` callers wait for one of `pool_max` connections. `planning`
        are settings of the server's planner. Nothing is opened yet."""
        self._url = url
        self._pool_min, self._pool_max = pool_min, pool_max
        self._connect_timeout = connect_timeout
        self._gate = Gate(pool_max, most_waiting=most_waiting, patience=connect_timeout)
        self._statement_timeout = statement_timeout
        self.lock_timeout_ms = round(lock_timeout * 1000)
        self._settings = {
            "application_name": application_name,
            "statement_timeout": str(round(statement_timeout * 1000)),
            "lock_timeout": str(self.lock_timeout_ms),
            "timezone": "UTC",
            "jit": "off",  # compiling costs more than any statement of ours
            **(planning or {}),
        }
        self.committed: Callable[[], None] = _tell_nobody
        """Called after each commit of a unit of work; costs next to nothing."""
        self._pool: Pool | None = None
        self._returning: set[asyncio.Task[None]] = set()

    async def open(self, *, patience: float = 30.0) -> None:
        """Connects, trying again for `patience` seconds while the server is not there (yet).

        Raises DatabaseUnavailable; and the driver's error at once where trying again is useless
        (a wrong password, no such database).
        """
        try:
            async for attempt in stamina.retry_context(
                on=(OSError, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError),
                attempts=None,
                timeout=patience,
                wait_initial=0.1,
                wait_max=1.0,
            ):
                with attempt:
                    self._pool = await self._connect()
        except Exception as error:
            raise_meaning(error)

    async def close(self, *, patience: float = 5.0) -> None:
        """Waits for lent connections for `patience` seconds, then breaks them off."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            await asyncio.wait_for(pool.close(), patience)
        except TimeoutError:
            _logger.warning("connections were still in use when the database was closed")
            pool.terminate()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def full(self, priority: Priority) -> bool:
        """Whether no connection is free, and nobody else of that priority may wait for one."""
        return self._gate.full(priority)

    def use(self) -> tuple[int, int, int]:
        """Connections that are open, those of them that are lent, and callers who wait for one."""
        if self._pool is None:
            return 0, 0, 0
        size = self._pool.get_size()
        return size, size - self._pool.get_idle_size(), self._gate.waiting

    async def lend(self, priority: Priority = Priority.SALE, lane: Hashable = None) -> Lent:
        """A connection with no transaction open, which speaks for whomever it spoke for last:
        `identity.assume`, or a transaction with an identity of its own, comes first. Who waits for
        one is served by priority, the lanes in turn.

        Raises DatabaseUnavailable; Overloaded, at once, where too many wait already.
        """
        if self._pool is None:
            raise unavailable()
        try:
            await self._gate.enter(priority, lane)
        except TimeoutError as error:
            raise_meaning(error)
        try:
            return await self._acquire()
        except BaseException:
            self._gate.leave()
            raise

    async def give_back(self, connection: Lent, *, rollback: bool) -> None:
        """Undoes an open transaction and returns the connection, even if the caller is cancelled
        meanwhile: what it locked is free when this is done, and nobody inherits anything."""
        task = asyncio.create_task(self._give_back(connection, rollback))
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)
        await asyncio.shield(task)

    async def fetch(
        self, sql: str, *args: object, as_: Identity, priority: Priority = Priority.PAYMENT
    ) -> list[Record]:
        """One statement, which is a transaction of its own, in the name of `as_`. It is short, and
        whoever needs it has been let in already: by default it comes first."""
        connection = await self.lend(priority)
        try:
            await assume(connection, as_)
            return await connection.fetch(sql, *args)
        except Exception as error:
            raise_meaning(error, connection)
        finally:
            await self.give_back(connection, rollback=False)

    async def ready(self) -> bool:
        """Whether the database answers and has exactly the schema this program needs."""
        try:
            connection = await self.lend(Priority.PAYMENT)
        except (DatabaseUnavailable, Overloaded):
            return False
        try:
            await assume(connection, SYSTEM)
            return await is_at_head(connection)
        except ANY_TROUBLE as error:
            _logger.warning("the database is not ready: %s", error)
            return False
        finally:
            await self.give_back(connection, rollback=False)

    async def renew(self) -> None:
        """Connections are made anew when they are lent next: those from before the migrations could
        not be nobody."""
        if self._pool is not None:
            await self._pool.expire_connections()

    async def may_do_ddl(self) -> bool:
        """Whether our login could change the schema, in whatever role it is."""
        (row,) = await self.fetch(_MAY_DO_DDL, as_=DOOR)
        return bool(row["may"])

    async def _acquire(self) -> Lent:
        if self._pool is None:
            raise unavailable()
        try:
            lent = await self._pool.acquire(timeout=self._connect_timeout)
        except asyncpg.InterfaceError as error:
            raise unavailable() from error  # the pool is being closed
        except Exception as error:
            raise_meaning(error)
        if not isinstance(lent, PoolConnectionProxy):
            raise TypeError("the pool lends proxies")
        return lent

    async def _connect(self) -> Pool:
        pool: Pool = asyncpg.create_pool(
            self._url,
            min_size=self._pool_min,
            max_size=self._pool_max,
            timeout=self._connect_timeout,
            # The server ends a statement first; this is for a server that does not answer at all.
            command_timeout=self._statement_timeout + 5 if self._statement_timeout else None,
            server_settings=self._settings,
            connection_class=IdentifiedConnection,
            init=_prepare,
            reset=_nothing_to_reset,
        )
        try:
            return await pool
        except BaseException:
            pool.terminate()
            raise

    async def _give_back(self, connection: Lent, rollback: bool) -> None:
        try:
            if rollback and not is_gone(connection):
                await connection.execute("ROLLBACK", timeout=self._connect_timeout)
        except ANY_TROUBLE as error:
            _logger.warning("a connection is dropped, it cannot be rolled back: %s", error)
            if not is_gone(connection):
                connection.terminate()
        finally:
            try:
                if self._pool is not None:
                    await _release(self._pool, connection)
            finally:
                self._gate.leave()


def _tell_nobody() -> None:
    """Nobody waits for commits."""


async def _release(pool: Pool, connection: Lent) -> None:
    try:
        await pool.release(connection)
    except asyncpg.InternalClientError:
        # When the server hangs up at this very moment, the pool takes the connection away between
        # its own look and its own release.
        if not is_gone(connection):
            raise


async def _prepare(connection: "asyncpg.Connection[Record]") -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=as_json,
        decoder=msgspec.json.decode,
        format="text",
    )
    # The driver looks up each type of array when it meets the first one: let that be now, at once.
    await connection.fetch(_ARRAYS, [], [], [], [], [])
    await be_nobody(connection)


async def _nothing_to_reset(connection: "asyncpg.Connection[Record]") -> None:
    """What outlives a transaction is the identity alone, and who borrows next says theirs; the
    usual reset would be a trip for nothing."""
