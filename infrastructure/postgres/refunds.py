"""Refunds."""

from collections.abc import Sequence

from application.ports.repositories import RefundRepository
from application.ports.unit_of_work import StaleWrite
from domain.order.refund import Refund
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.payment_rows import refund_of
from infrastructure.postgres.session import Session
from shared.ids import OrderId, PaymentId, RefundId

_SELECT = """
    SELECT id, payment_id, order_id, amount, currency, reason, ticket_ids, retry_of, state,
           reference, failure, due_at, looks, created_at, updated_at, version
    FROM refunds
"""

_DUE = """
    SELECT id FROM refunds
    WHERE due_at IS NOT NULL AND due_at <= statement_timestamp()
    ORDER BY due_at, id
    LIMIT $1
"""

_INSERT = """
    INSERT INTO refunds (id, payment_id, order_id, event_id, amount, currency, reason, ticket_ids,
                         retry_of, state, reference, failure, due_at, looks, created_at, updated_at,
                         version)
    VALUES ($1, $2, $3, (SELECT event_id FROM orders WHERE id = $3), $4, $5, $6, $7, $8, $9, $10,
            $11, $12, $13, $14, $15, $16)
"""

_UPDATE = """
    UPDATE refunds SET state = $3, reference = $4, failure = $5, due_at = $6, looks = $7,
                       updated_at = $8, version = $9
    WHERE id = $1 AND version = $2
"""


class PostgresRefundRepository(RefundRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self.notes: Notes[Refund] = Notes()

    async def get(self, refund_id: RefundId) -> Refund | None:
        row = await self._session.fetchrow(f"{_SELECT} WHERE id = $1", refund_id)
        return refund_of(row) if row else None

    async def of_payment(self, payment_id: PaymentId) -> Sequence[Refund]:
        rows = await self._session.fetch(
            f"{_SELECT} WHERE payment_id = $1 ORDER BY created_at, id", payment_id
        )
        return [refund_of(row) for row in rows]

    async def of_order(self, order_id: OrderId) -> Sequence[Refund]:
        rows = await self._session.fetch(
            f"{_SELECT} WHERE order_id = $1 ORDER BY created_at, id", order_id
        )
        return [refund_of(row) for row in rows]

    async def due(self, *, limit: int) -> Sequence[RefundId]:
        return [RefundId(row["id"]) for row in await self._session.fetch(_DUE, limit)]

    def add(self, refund: Refund) -> None:
        self.notes.add(refund.id, refund)

    def save(self, refund: Refund) -> None:
        self.notes.save(refund.id, refund)

    async def write(self) -> None:
        """Raises RefundTooLarge, StaleWrite. Changes come first: what failed leaves room for its
        repetition."""
        for refund in self.notes.saved:
            written = await self._session.execute(
                _UPDATE,
                refund.id,
                stored_version(refund),
                refund.state.value,
                refund.reference,
                refund.failure,
                refund.due_at,
                refund.looks,
                refund.updated_at,
                refund.version,
            )
            if written != 1:
                raise StaleWrite
        for refund in self.notes.added:
            await self._session.execute(
                _INSERT,
                refund.id,
                refund.payment_id,
                refund.order_id,
                refund.amount.amount,
                refund.amount.currency,
                refund.reason,
                refund.ticket_ids,
                refund.retry_of,
                refund.state.value,
                refund.reference,
                refund.failure,
                refund.due_at,
                refund.looks,
                refund.created_at,
                refund.updated_at,
                refund.version,
            )
