"""The provider's storage in PostgreSQL: a schema, a pool and transactions of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Self, TypeAlias
from uuid import UUID

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from infrastructure.simulated import statements
from infrastructure.simulated.errors import Refused, StorageUnavailable
from infrastructure.simulated.intent import Dispute, Intent, Refund, State
from infrastructure.simulated.ledger import Entry, Kind
from infrastructure.simulated.storage import (
    Answer,
    Delivery,
    Outcome,
    Record,
    Storage,
    StoredAnswer,
    Transaction,
)

Row: TypeAlias = asyncpg.Record
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Lent: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"

# The server is away, is going away, has no room, does not let us in or at a row in time, or chose
# this transaction to end a deadlock.
_AWAY = (
    OSError,  # includes TimeoutError
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server said goodbye, and the end was not noticed yet
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.exceptions.TransactionRollbackError,
    asyncpg.exceptions.ObjectNotInPrerequisiteStateError,
)
_TIMEOUT = 10.0
"""Seconds that one statement, or waiting for a connection, may take."""
_answers = msgspec.json.Decoder(Answer)
_refunds = msgspec.json.Decoder(tuple[Refund, ...])
_disputes = msgspec.json.Decoder(tuple[Dispute, ...])


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except _AWAY as error:
        raise StorageUnavailable(str(error)) from error


class _PostgresTransaction(Transaction):
    def __init__(self, connection: Lent) -> None:
        self._connection = connection

    async def claim(self, key: str, fingerprint: bytes) -> StoredAnswer | None:
        # A second caller with the key waits here until the first has ended.
        if await self._connection.fetchval(statements.CLAIM, key, fingerprint):
            return None
        row = await self._connection.fetchrow(statements.ANSWER, key)
        if row is None or row["answer"] is None:
            raise RuntimeError(f"the key {key} has no answer")
        return StoredAnswer(fingerprint=row["fingerprint"], answer=_answers.decode(row["answer"]))

    async def intent(self, reference: str) -> Intent | None:
        if "\x00" in reference:  # it may come from an address, and PostgreSQL has no such text
            return None
        row = await self._connection.fetchrow(statements.INTENT, reference)
        return _intent(row) if row else None

    async def intent_of(self, payment_id: UUID) -> Intent | None:
        row = await self._connection.fetchrow(statements.INTENT_OF, payment_id)
        return _intent(row) if row else None

    async def ripe(self, *, at: datetime, limit: int) -> Sequence[Intent]:
        return [_intent(row) for row in await self._connection.fetch(statements.RIPE, at, limit)]

    async def write(self, record: Record) -> None:
        intent, sent = record.intent, record.delivery
        answer = msgspec.json.encode(record.answer).decode() if record.answer else None
        try:
            await self._connection.execute(
                statements.WRITE,
                *(_values(intent) if intent else [None] * 19),
                [entry.kind.value for entry in record.entries],
                [entry.amount for entry in record.entries],
                *((sent.event_id, sent.body, sent.created_at, sent.due_at) if sent else [None] * 4),
                record.key,
                answer,
            )
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name != "uq_intents_payment_id":
                raise
            raise Refused("payment_exists") from error


class PostgresStorage(Storage):
    """Open it with `async with PostgresStorage(url) as storage`; `url` is postgresql://."""

    def __init__(self, url: str, *, connections: int = 4) -> None:
        self._url = url
        self._connections = connections
        self._opened: Pool | None = None

    async def __aenter__(self) -> Self:
        self._opened = await asyncpg.create_pool(
            self._url,
            min_size=1,
            max_size=self._connections,
            command_timeout=_TIMEOUT,
            server_settings={"application_name": "simulated provider", "timezone": "UTC"},
            init=_take_role,
            reset=_nothing_to_reset,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        pool, self._opened = self._pool, None
        try:
            await asyncio.wait_for(pool.close(), _TIMEOUT)
        except TimeoutError:
            pool.terminate()

    @property
    def _pool(self) -> Pool:
        if self._opened is None:
            raise RuntimeError("the storage is not open")
        return self._opened

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        with _reachable():
            async with self._pool.acquire(timeout=_TIMEOUT) as connection, connection.transaction():
                yield _PostgresTransaction(connection)

    async def due(self, *, at: datetime, lease_until: datetime, limit: int) -> Sequence[Delivery]:
        with _reachable():
            rows = await self._pool.fetch(statements.DUE, at, lease_until, limit)
        return [_delivery(row) for row in rows]

    async def settle(self, outcomes: Sequence[Outcome]) -> None:
        with _reachable():
            await self._pool.execute(
                statements.SETTLE,
                [outcome.event_id for outcome in outcomes],
                [outcome.acknowledged for outcome in outcomes],
                [outcome.due_at for outcome in outcomes],
            )

    async def undelivered(self) -> int:
        with _reachable():
            return int(await self._pool.fetchval(statements.UNDELIVERED))

    async def missed(self, *, since: datetime) -> Sequence[Delivery]:
        with _reachable():
            rows = await self._pool.fetch(statements.MISSED, since)
        return [_delivery(row) for row in rows]

    async def moved(self, *, live: bool, since: datetime, until: datetime) -> Sequence[Entry]:
        with _reachable():
            rows = await self._pool.fetch(statements.MOVED, live, since, until)
        return [_entry(row) for row in rows]

    async def ledger(self) -> Sequence[Entry]:
        with _reachable():
            rows = await self._pool.fetch(statements.LEDGER)
        return [_entry(row) for row in rows]


async def _nothing_to_reset(connection: "asyncpg.Connection[Row]") -> None:
    """Nothing outlives a transaction but the role, which stays."""


async def _take_role(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Its own tables and nothing of the shop's; resetting a connection leaves the role."""
    await connection.execute("SET ROLE holdfast_simulator")


def _values(intent: Intent) -> list[object]:
    """In the order of the statement's columns."""
    return [
        intent.reference,
        intent.payment_id,
        intent.order_id,
        intent.live,
        intent.amount,
        intent.currency,
        intent.method,
        intent.description,
        intent.state.value,
        intent.captured,
        intent.refunded,
        intent.disputed,
        msgspec.json.encode(intent.refunds).decode(),
        msgspec.json.encode(intent.disputes).decode(),
        intent.failure,
        intent.token,
        intent.ripens_at,
        intent.created_at,
        intent.updated_at,
    ]


def _intent(row: Row) -> Intent:
    return Intent(
        **{
            **row,
            "state": State(row["state"]),
            "refunds": _refunds.decode(row["refunds"]),
            "disputes": _disputes.decode(row["disputes"]),
        }
    )


def _delivery(row: Row) -> Delivery:
    return Delivery(**row)


def _entry(row: Row) -> Entry:
    return Entry(**{**row, "kind": Kind(row["kind"])})
