"""Deliveries to webhook endpoints."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from application.ports.webhooks import DeliveryFilter, WebhookDeliveries
from domain.webhook.delivery import DeliveryState, WebhookDelivery
from infrastructure.postgres.conditions import Conditions
from infrastructure.postgres.connections import Record
from infrastructure.postgres.session import Session
from shared.ids import WebhookDeliveryId, WebhookEndpointId

_COLUMNS = """id, endpoint_id, message_id, type, body, state, attempts, next_attempt_at, status,
           error, created_at"""

_SELECT = f"SELECT {_COLUMNS} FROM webhook_deliveries"  # nosec B608: constants only
_IDS = "SELECT id FROM webhook_deliveries"

# Endpoint by endpoint, so that what waits for one is not looked through for the sake of another.
_CLAIM = f"""
    WITH due AS (
        SELECT next.id
        FROM webhook_endpoints e CROSS JOIN LATERAL (
            SELECT d.id, d.next_attempt_at FROM webhook_deliveries d
            WHERE d.endpoint_id = e.id AND d.next_attempt_at <= statement_timestamp()
            ORDER BY d.next_attempt_at, d.id
            LIMIT $2
            FOR UPDATE SKIP LOCKED
        ) AS next
        WHERE e.id <> ALL ($3::uuid[])
        ORDER BY next.next_attempt_at, next.id
        LIMIT $1
    )
    UPDATE webhook_deliveries SET next_attempt_at = statement_timestamp() + $4::interval
    WHERE id IN (SELECT id FROM due)
    RETURNING {_COLUMNS}
"""  # nosec B608: constants only

_INSERT = """
    INSERT INTO webhook_deliveries (id, endpoint_id, message_id, type, body, state, attempts,
                                    next_attempt_at, status, error, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (endpoint_id, message_id) DO NOTHING
"""

_SAVE = """
    UPDATE webhook_deliveries
    SET state = $2, attempts = $3, next_attempt_at = $4, status = $5, error = $6
    WHERE id = $1 AND state = 'PENDING'
"""

# In the order of the ids: two that replay the same do not wait for each other in a circle.
_REPLAY = """
    WITH over AS (
        SELECT id FROM webhook_deliveries
        WHERE id = ANY ($1::uuid[]) AND state <> 'PENDING'
        ORDER BY id
        FOR UPDATE
    )
    UPDATE webhook_deliveries
    SET state = 'PENDING', attempts = 0, next_attempt_at = $2, status = NULL, error = NULL
    WHERE id IN (SELECT id FROM over)
"""

_FORGET = """
    WITH gone AS (
        DELETE FROM webhook_deliveries WHERE id IN (
            SELECT id FROM webhook_deliveries WHERE created_at < $1 AND state <> 'PENDING'
            LIMIT $2
            FOR UPDATE SKIP LOCKED
        )
        RETURNING id
    )
    SELECT count(*)::int AS forgotten FROM gone
"""
_BATCH = 5_000
"""Rows deleted by one statement, so that none of them lasts long."""


class PostgresWebhookDeliveries(WebhookDeliveries):
    def __init__(self, session: Session, apart: Callable[[], Session]) -> None:
        """`apart` makes a session whose transactions are not the unit of work's."""
        self._session = session
        self._apart = apart
        self._statements: list[tuple[str, tuple[object, ...]]] = []

    async def page(
        self,
        where: DeliveryFilter,
        *,
        after: tuple[datetime, WebhookDeliveryId] | None,
        limit: int,
    ) -> Sequence[WebhookDelivery]:
        wanted = _conditions(where)
        if after is not None:
            wanted.add("(created_at, id) < ({}, {})", *after)
        text = wanted.query(_SELECT, order_by="created_at DESC, id DESC", limit=limit)
        return list(map(_delivery, await self._session.fetch(text, *wanted.values)))

    async def over(self, where: DeliveryFilter, *, limit: int) -> Sequence[WebhookDeliveryId]:
        wanted = _conditions(where)
        wanted.add("state <> 'PENDING'")
        text = wanted.query(_IDS, order_by="created_at, id", limit=limit)
        rows = await self._session.fetch(text, *wanted.values)
        return [WebhookDeliveryId(row["id"]) for row in rows]

    async def claim(
        self,
        *,
        limit: int,
        per_endpoint: int,
        but: Sequence[WebhookEndpointId],
        lease: timedelta,
    ) -> Sequence[WebhookDelivery]:
        session = self._apart()
        try:
            rows = await session.fetch(_CLAIM, limit, per_endpoint, list(but), lease)
        finally:
            await session.close()
        return list(map(_delivery, rows))

    def add(self, delivery: WebhookDelivery) -> None:
        values = (
            delivery.id,
            delivery.endpoint_id,
            delivery.message_id,
            delivery.type,
            delivery.body,
            delivery.state.value,
            delivery.attempts,
            delivery.next_attempt_at,
            delivery.status,
            delivery.error,
            delivery.created_at,
        )
        self._statements.append((_INSERT, values))

    def save(self, delivery: WebhookDelivery) -> None:
        values = (
            delivery.id,
            delivery.state.value,
            delivery.attempts,
            delivery.next_attempt_at,
            delivery.status,
            delivery.error,
        )
        self._statements.append((_SAVE, values))

    def replay(self, ids: Sequence[WebhookDeliveryId], *, at: datetime) -> None:
        if ids:
            self._statements.append((_REPLAY, (list(ids), at)))

    async def forget(self, *, before: datetime) -> int:
        forgotten = 0
        session = self._apart()
        try:
            while True:
                (row,) = await session.fetch(_FORGET, before, _BATCH)
                batch = int(row["forgotten"])
                forgotten += batch
                if batch < _BATCH:
                    return forgotten
        finally:
            await session.close()

    def __bool__(self) -> bool:
        return bool(self._statements)

    async def write(self) -> None:
        for sql, values in self._statements:
            await self._session.execute(sql, *values)


def _conditions(where: DeliveryFilter) -> Conditions:
    wanted = Conditions()
    wanted.add("endpoint_id = {}", where.endpoint_id)
    if where.state is not None:
        wanted.add("state = {}", where.state.value)
    if where.since is not None:
        wanted.add("created_at >= {}", where.since)
    if where.until is not None:
        wanted.add("created_at < {}", where.until)
    if where.ids is not None:
        wanted.add("id = ANY ({}::uuid[])", list(where.ids))
    if where.message_ids is not None:
        wanted.add("message_id = ANY ({}::uuid[])", list(where.message_ids))
    return wanted


def _delivery(row: Record) -> WebhookDelivery:
    return WebhookDelivery(
        id=WebhookDeliveryId(row["id"]),
        endpoint_id=WebhookEndpointId(row["endpoint_id"]),
        message_id=row["message_id"],
        type=row["type"],
        body=row["body"],
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        next_attempt_at=row["next_attempt_at"],
        status=row["status"],
        error=row["error"],
        created_at=row["created_at"],
    )
