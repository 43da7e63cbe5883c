"""Disputes."""

from collections.abc import Sequence

from application.ports.money import DisputeRepository
from application.ports.unit_of_work import StaleWrite
from domain.order.dispute import Dispute, DisputeState
from infrastructure.postgres.connections import Record
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.session import Session
from shared.ids import DisputeId, OrderId, PaymentId
from shared.money import Money

_OF_PAYMENT = """
    SELECT id, payment_id, order_id, reference, amount, currency, reason, state, created_at,
           updated_at, version
    FROM disputes
    WHERE payment_id = $1
    ORDER BY created_at, id
"""

_UNDECIDED = """
    SELECT DISTINCT payment_id FROM disputes
    WHERE state = 'OPEN' AND ($2::uuid IS NULL OR payment_id > $2)
    ORDER BY payment_id
    LIMIT $1
"""

_INSERT = """
    INSERT INTO disputes (id, payment_id, order_id, reference, amount, currency, reason, state,
                          created_at, updated_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""

_UPDATE = """
    UPDATE disputes SET state = $3, updated_at = $4, version = $5
    WHERE id = $1 AND version = $2
"""


class PostgresDisputeRepository(DisputeRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self.notes: Notes[Dispute] = Notes()

    async def of_payment(self, payment_id: PaymentId) -> Sequence[Dispute]:
        return [_dispute(row) for row in await self._session.fetch(_OF_PAYMENT, payment_id)]

    async def undecided(self, *, after: PaymentId | None, limit: int) -> Sequence[PaymentId]:
        rows = await self._session.fetch(_UNDECIDED, limit, after)
        return [PaymentId(row["payment_id"]) for row in rows]

    def add(self, dispute: Dispute) -> None:
        self.notes.add(dispute.id, dispute)

    def save(self, dispute: Dispute) -> None:
        self.notes.save(dispute.id, dispute)

    async def write(self) -> None:
        """Raises StaleWrite."""
        for dispute in self.notes.added:
            await self._session.execute(
                _INSERT,
                dispute.id,
                dispute.payment_id,
                dispute.order_id,
                dispute.reference,
                dispute.amount.amount,
                dispute.amount.currency,
                dispute.reason,
                dispute.state.value,
                dispute.created_at,
                dispute.updated_at,
                dispute.version,
            )
        for dispute in self.notes.saved:
            written = await self._session.execute(
                _UPDATE,
                dispute.id,
                stored_version(dispute),
                dispute.state.value,
                dispute.updated_at,
                dispute.version,
            )
            if written != 1:
                raise StaleWrite


def _dispute(row: Record) -> Dispute:
    return Dispute(
        id=DisputeId(row["id"]),
        payment_id=PaymentId(row["payment_id"]),
        order_id=OrderId(row["order_id"]),
        reference=row["reference"],
        amount=Money(row["amount"], row["currency"]),
        reason=row["reason"],
        state=DisputeState(row["state"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )
