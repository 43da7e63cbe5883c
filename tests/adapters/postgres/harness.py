"""The PostgreSQL adapter under test."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from application.fact_codec import FACT_TYPES
from application.ports.unit_of_work import Begin
from infrastructure.postgres.connections import Lent, Record
from infrastructure.postgres.database import Database
from infrastructure.postgres.group.together import Together
from infrastructure.postgres.idempotency import PostgresIdempotencyStore
from infrastructure.postgres.log import PostgresFactLog
from infrastructure.postgres.standings import PostgresStandings
from infrastructure.postgres.tables import metadata
from infrastructure.postgres.throttle import PostgresAttemptThrottle
from infrastructure.postgres.unit_of_work import PostgresUnitOfWork
from shared.ids import EventId, PoolId
from tests.adapters.postgres.owner import Owner
from tests.contracts.harness import Books, Entry, Harness

CONNECTIONS = 10
FACTS = {kind.name: fact.__name__ for fact, kind in FACT_TYPES.items()}

# Deadlines and the ages that are compared with the clock. Time itself cannot be moved there.
MOMENTS = {
    "sessions": ("rotated_at", "created_at", "expires_at", "ended_at"),
    "proofs": ("created_at", "expires_at", "used_at"),
    "guests": ("created_at",),
    "invitations": ("created_at", "expires_at"),
    "api_keys": ("created_at", "expires_at", "last_used_at", "revoked_at"),
    "mails": ("created_at", "expires_at", "due_at"),
    "login_attempts": ("last_at",),
    "webhook_endpoints": ("old_secret_until", "failing_since", "created_at"),
    "webhook_deliveries": ("next_attempt_at", "created_at"),
    "holds": ("expires_at", "latest_expiry", "created_at", "ended_at"),
    "orders": ("deadline", "created_at", "updated_at"),
    "payments": ("due_at", "created_at", "updated_at"),
    "refunds": ("due_at", "created_at", "updated_at"),
    "disputes": ("created_at", "updated_at"),
    "postings": ("occurred_at",),
    "attention": ("created_at", "resolved_at"),
    "reconciliations": ("since", "until", "created_at"),
    "provider_events": ("due_at", "received_at"),
    "idempotency_keys": ("created_at",),
    "outbox": ("occurred_at",),
    "parked_messages": ("due_at",),
    "dead_letters": ("died_at",),
}

# Every figure from one snapshot: two statements could see the moments before and after a commit.
BOOKS = """
    WITH held AS (
        SELECT p AS pool_id, sum(l.quantity) AS units
        FROM holds h, jsonb_to_recordset(h.lines) AS l (quantity int, pool_ids uuid[]),
             unnest(l.pool_ids) AS p
        WHERE h.event_id = $1 AND h.state = 'ACTIVE' GROUP BY p
    ), committing AS (
        SELECT p AS pool_id, sum(l.quantity) AS units
        FROM order_lines l JOIN orders o ON o.id = l.order_id, unnest(l.pool_ids) AS p
        WHERE o.event_id = $1 AND o.state = 'COMMITTING' GROUP BY p
    ), sold AS (
        SELECT p AS pool_id, count(*) AS units
        FROM tickets t JOIN ticket_types k ON k.id = t.ticket_type_id, unnest(k.pool_ids) AS p
        WHERE t.event_id = $1 AND (t.state <> 'VOID' OR t.keeps_place) GROUP BY p
    )
    SELECT s.pool_id, s.capacity, s.held, s.sold,
           coalesce(h.units, 0) + coalesce(c.units, 0) AS held_truth,
           coalesce(v.units, 0) AS sold_truth
    FROM stock s
    LEFT JOIN held h USING (pool_id)
    LEFT JOIN committing c USING (pool_id)
    LEFT JOIN sold v USING (pool_id)
    WHERE s.event_id = $1
"""


class PostgresHarness(Harness):
    connections = CONNECTIONS

    def __init__(
        self,
        database: Database,
        owner: Owner,
        *,
        key_wait: float = 60.0,
        together: Together | None = None,
    ) -> None:
        self.database = database
        self.owner = owner
        self.together = together
        self.begin = self._starter(key_wait)
        self.store = PostgresIdempotencyStore(database)
        self.standings = PostgresStandings(database)
        self.throttle = PostgresAttemptThrottle(database)
        self.log = PostgresFactLog(database)

    def _starter(self, key_wait: float) -> Begin:
        return PostgresUnitOfWork.starter(
            self.database, key_wait=timedelta(seconds=key_wait), together=self.together
        )

    def impatient(self) -> Begin:
        return self._starter(0.01)

    async def empty(self) -> None:
        names = ", ".join(table.name for table in metadata.sorted_tables)
        await self.owner.fetch(f"TRUNCATE {names}")

    async def pass_time(self, by: timedelta) -> None:
        for table, columns in MOMENTS.items():
            shifts = ", ".join(f"{column} = {column} - $1::interval" for column in columns)
            await self.owner.fetch(f"UPDATE {table} SET {shifts}", by)

    async def outbox(self) -> Sequence[Entry]:
        rows = await self.owner.fetch(
            "SELECT type, aggregate_id, request_id, actor FROM outbox ORDER BY position"
        )
        return [
            Entry(
                fact=FACTS[row["type"]],
                aggregate_id=row["aggregate_id"],
                request_id=row["request_id"],
                actor=row["actor"],
            )
            for row in rows
        ]

    async def books(self, event_id: EventId) -> Mapping[PoolId, Books]:
        rows = await self.owner.fetch(BOOKS, event_id)
        return {
            PoolId(row["pool_id"]): Books(
                capacity=row["capacity"],
                held=row["held"],
                sold=row["sold"],
                held_truth=int(row["held_truth"]),
                sold_truth=row["sold_truth"],
            )
            for row in rows
        }

    async def a_moment(self) -> None:
        await asyncio.sleep(0.001)

    async def settled(self) -> None:
        """A group is written to its end also when nobody waits for it."""
        if self.together is not None:
            await self.together.committer.close()

    async def deadlocks(self) -> int:
        """Each connection reports what it counted before the sum is read."""
        await self._on_every_connection("SELECT pg_stat_force_next_flush()")
        (row,) = await self.owner.fetch(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(row["deadlocks"])

    async def check_idle(self) -> None:
        """All connections can be had, at once, and none is inside a transaction."""
        await self.settled()
        rows = await self._on_every_connection("SELECT pg_backend_pid() AS pid")
        assert len({row["pid"] for row in rows}) == CONNECTIONS
        (row,) = await self.owner.fetch(
            "SELECT count(*) AS open FROM pg_stat_activity"
            " WHERE datname = current_database() AND state LIKE 'idle in%'"
        )
        assert row["open"] == 0

    async def _on_every_connection(self, sql: str) -> list[Record]:
        async with AsyncExitStack() as lent:
            connections: list[Lent] = []
            for _ in range(CONNECTIONS):
                connection = await self.database.lend()
                lent.push_async_callback(self.database.give_back, connection, rollback=False)
                connections.append(connection)
            return [(await connection.fetch(sql))[0] for connection in connections]


class OnPostgres:
    """Binds a suite to the PostgreSQL adapter."""

    @pytest.fixture
    async def harness(self, contract_database: Database, contract_owner: Owner) -> PostgresHarness:
        harness = PostgresHarness(contract_database, contract_owner)
        await harness.empty()
        return harness


class InGroups:
    """Binds a suite to the PostgreSQL adapter with units of work that are committed in groups."""

    @pytest.fixture
    async def harness(
        self, contract_database: Database, contract_shared: Database, contract_owner: Owner
    ) -> AsyncIterator[PostgresHarness]:
        together = Together(contract_shared)
        harness = PostgresHarness(contract_database, contract_owner, together=together)
        await harness.empty()
        yield harness
        await together.close()
