"""Payments."""

from collections.abc import Sequence
from typing import Protocol

from application.messages import Actor
from application.ports.repositories import PaymentRepository
from application.ports.unit_of_work import StaleWrite
from domain.order.payment import Payment
from infrastructure.postgres.clock import Stamp
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.payment_rows import (
    OPEN_STATES,
    changed_payment,
    new_payment,
    payment_of,
)
from infrastructure.postgres.session import Session
from infrastructure.postgres.text import is_storable
from shared.ids import OrderId, PaymentId

_SELECT = """
    SELECT id, order_id, attempt, provider, method, amount, currency, state, goal, reference,
           client_secret, redirect_url, failure, due_at, looks, created_at, updated_at, version
    FROM payments
"""

_OWNED = """
    SELECT p.*, o.buyer_id, o.organizer_id, o.live, clock_timestamp() AS asked_at
    FROM payments p JOIN orders o ON o.id = p.order_id
"""
OF_IDS = f"{_OWNED} WHERE p.id = ANY($1::uuid[])"
OF_ORDERS = f"{_OWNED} WHERE p.order_id = ANY($1::uuid[]) ORDER BY p.attempt"
"""With whose they are."""

_LATEST = """
    SELECT latest.*
    FROM unnest($1::uuid[]) AS wanted (order_id)
    CROSS JOIN LATERAL (
        SELECT * FROM payments p WHERE p.order_id = wanted.order_id
        ORDER BY p.attempt DESC LIMIT 1
    ) AS latest
"""

# Two reasons to look at a payment, each found by its own index; overdue since the earlier one. An
# abandoned payment waits for its own moment only, also past the deadline of its order.
_DUE = """
    WITH due AS (
        SELECT id, due_at AS since FROM payments
        WHERE due_at IS NOT NULL AND due_at <= statement_timestamp()
        UNION ALL
        SELECT p.id, o.deadline AS since
        FROM orders o JOIN payments p ON p.order_id = o.id
        WHERE o.state = 'PENDING_PAYMENT' AND o.deadline <= statement_timestamp()
          AND p.state = ANY($2) AND p.goal = 'COLLECT'
    )
    SELECT id FROM due GROUP BY id ORDER BY min(since), id LIMIT $1
"""

_INSERT = """
    INSERT INTO payments (id, order_id, event_id, attempt, provider, method, amount, currency,
                          state, goal, reference, client_secret, redirect_url, failure, due_at,
                          looks, created_at, updated_at, version)
    VALUES ($1, $2, (SELECT event_id FROM orders WHERE id = $2), $3, $4, $5, $6, $7, $8, $9, $10,
            $11, $12, $13, $14, $15, $16, $17, $18)
"""

_UPDATE = """
    UPDATE payments
    SET state = $3, goal = $4, reference = $5, client_secret = $6, redirect_url = $7,
        failure = $8, due_at = $9, looks = $10, updated_at = $11, version = $12
    WHERE id = $1 AND version = $2
"""


class CombinedPayments(Protocol):
    """Reads of many callers as one."""

    async def payment(
        self, payment_id: PaymentId, actor: Actor
    ) -> tuple[Payment, Stamp] | None: ...

    async def payments_of(
        self, order_id: OrderId, actor: Actor
    ) -> tuple[Sequence[Payment], Stamp] | None: ...


class PostgresPaymentRepository(PaymentRepository):
    def __init__(self, session: Session, combined: CombinedPayments | None = None) -> None:
        self._session = session
        self._combined = combined
        self.notes: Notes[Payment] = Notes()

    async def get(self, payment_id: PaymentId) -> Payment | None:
        if self._combined is not None and not self._session.begun:
            await self._session.touch()
            return self._session.seen(
                await self._combined.payment(payment_id, self._session.ctx.actor)
            )
        row = await self._session.fetchrow(f"{_SELECT} WHERE id = $1", payment_id)
        return payment_of(row) if row else None

    async def by_reference(self, provider: str, reference: str) -> Payment | None:
        if not is_storable(provider + reference):
            return None
        row = await self._session.fetchrow(
            f"{_SELECT} WHERE provider = $1 AND reference = $2", provider, reference
        )
        return payment_of(row) if row else None

    async def of_order(self, order_id: OrderId) -> Sequence[Payment]:
        if self._combined is not None and not self._session.begun:
            await self._session.touch()
            found = await self._combined.payments_of(order_id, self._session.ctx.actor)
            return self._session.seen(found) or ()
        rows = await self._session.fetch(
            f"{_SELECT} WHERE order_id = $1 ORDER BY attempt", order_id
        )
        return [payment_of(row) for row in rows]

    async def latest(self, order_ids: Sequence[OrderId]) -> Sequence[Payment]:
        rows = await self._session.fetch(_LATEST, list(dict.fromkeys(order_ids)))
        return [payment_of(row) for row in rows]

    async def due(self, *, limit: int) -> Sequence[PaymentId]:
        rows = await self._session.fetch(_DUE, limit, OPEN_STATES)
        return [PaymentId(row["id"]) for row in rows]

    def add(self, payment: Payment) -> None:
        self.notes.add(payment.id, payment)

    def save(self, payment: Payment) -> None:
        self.notes.save(payment.id, payment)

    async def write(self) -> None:
        """Raises PaymentInProgress, StaleWrite. Changes come first: one attempt may end in the
        unit of work that starts the next."""
        for payment in self.notes.saved:
            written = await self._session.execute(
                _UPDATE,
                payment.id,
                stored_version(payment),
                *changed_payment(payment),
                payment.version,
            )
            if written != 1:
                raise StaleWrite
        for payment in self.notes.added:
            await self._session.execute(
                _INSERT,
                payment.id,
                payment.order_id,
                *new_payment(payment),
            )
