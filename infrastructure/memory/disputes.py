"""Disputes."""

from collections.abc import Sequence

from application.ports.money import DisputeRepository
from application.ports.unit_of_work import StaleWrite
from domain.order.dispute import Dispute, DisputeState
from infrastructure.memory.session import Phase, Session, Writing
from shared.ids import PaymentId


class MemoryDisputes(DisputeRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def of_payment(self, payment_id: PaymentId) -> Sequence[Dispute]:
        disputes = (await self._session.read()).disputes.values()
        found = [dispute for dispute in disputes if dispute.payment_id == payment_id]
        return sorted(found, key=lambda dispute: (dispute.created_at, dispute.id))

    async def undecided(self, *, after: PaymentId | None, limit: int) -> Sequence[PaymentId]:
        disputes = (await self._session.read()).disputes.values()
        found = {each.payment_id for each in disputes if each.state is DisputeState.OPEN}
        return [each for each in sorted(found) if after is None or each > after][:limit]

    def add(self, dispute: Dispute) -> None:
        def write(writing: Writing) -> None:
            tables, key = writing.tables, (dispute.payment_id, dispute.reference)
            if key in tables.dispute_by_reference:
                raise StaleWrite()  # run again, the operation finds the other one
            writing.insert(tables.disputes, dispute.id, dispute)
            writing.journal.put(tables.dispute_by_reference, key, dispute.id)

        self._session.note(Phase.PAYMENT, write, *dispute.facts)

    def save(self, dispute: Dispute) -> None:
        def write(writing: Writing) -> None:
            writing.update(writing.tables.disputes, dispute.id, dispute)

        self._session.note(Phase.PAYMENT, write, *dispute.facts)
