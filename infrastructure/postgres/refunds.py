"""Refunds."""

from collections.abc import Sequence

from application.ports.repositories import RefundRepository
from application.ports.unit_of_work import StaleWrite
from domain.order.refund import Refund
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.payment_rows import refund_of
from infrastructure.postgres.session import Session
from shared.ids import PaymentId

_OF_PAYMENT = """
    SELECT id, payment_id, order_id, amount, currency, reason, state, failure, created_at,
           updated_at, version
    FROM refunds
    WHERE payment_id = $1
    ORDER BY created_at, id
"""

_INSERT = """
    INSERT INTO refunds (id, payment_id, order_id, event_id, amount, currency, reason, state,
                         failure, created_at, updated_at, version)
    VALUES ($1, $2, $3, (SELECT event_id FROM orders WHERE id = $3), $4, $5, $6, $7, $8, $9, $10,
            $11)
"""

_UPDATE = """
    UPDATE refunds SET state = $3, failure = $4, updated_at = $5, version = $6
    WHERE id = $1 AND version = $2
"""


class PostgresRefundRepository(RefundRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self.notes: Notes[Refund] = Notes()

    async def of_payment(self, payment_id: PaymentId) -> Sequence[Refund]:
        return [refund_of(row) for row in await self._session.fetch(_OF_PAYMENT, payment_id)]

    def add(self, refund: Refund) -> None:
        self.notes.add(refund.id, refund)

    def save(self, refund: Refund) -> None:
        self.notes.save(refund.id, refund)

    async def write(self) -> None:
        """Raises StaleWrite."""
        for refund in self.notes.added:
            await self._session.execute(
                _INSERT,
                refund.id,
                refund.payment_id,
                refund.order_id,
                refund.amount.amount,
                refund.amount.currency,
                refund.reason,
                refund.state.value,
                refund.failure,
                refund.created_at,
                refund.updated_at,
                refund.version,
            )
        for refund in self.notes.saved:
            written = await self._session.execute(
                _UPDATE,
                refund.id,
                stored_version(refund),
                refund.state.value,
                refund.failure,
                refund.updated_at,
                refund.version,
            )
            if written != 1:
                raise StaleWrite
