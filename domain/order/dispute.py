"""The dispute: the payer's bank claims a payment back. The provider decides; we keep the books."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from domain.lifecycle import Lifecycle
from domain.order.facts import DisputeLost, DisputeOpened, DisputeWon
from shared.facts import Aggregate
from shared.ids import DisputeId, OrderId, PaymentId
from shared.money import Money


class DisputeState(Enum):
    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


LIFECYCLE = Lifecycle(
    name="Dispute",
    transitions={DisputeState.OPEN: frozenset({DisputeState.WON, DisputeState.LOST})},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute(Aggregate):
    """`reference` is the provider's own id of it."""

    id: DisputeId
    payment_id: PaymentId
    order_id: OrderId
    reference: str
    amount: Money
    reason: str
    state: DisputeState
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def open(
        *,
        id: DisputeId,
        payment_id: PaymentId,
        order_id: OrderId,
        reference: str,
        amount: Money,
        reason: str,
        at: datetime,
    ) -> "Dispute":
        opened = DisputeOpened(
            order_id=order_id,
            payment_id=payment_id,
            dispute_id=id,
            amount=amount.amount,
            currency=amount.currency,
            reason=reason,
            occurred_at=at,
        )
        return Dispute(
            id=id,
            payment_id=payment_id,
            order_id=order_id,
            reference=reference,
            amount=amount,
            reason=reason,
            state=DisputeState.OPEN,
            created_at=at,
            updated_at=at,
            facts=(opened,),
        )

    def win(self, *, at: datetime) -> "Dispute":
        """The money comes back to the organizer."""
        return self._ended(DisputeState.WON, DisputeWon, at)

    def lose(self, *, at: datetime) -> "Dispute":
        """The payer keeps it."""
        return self._ended(DisputeState.LOST, DisputeLost, at)

    def _ended(
        self, state: DisputeState, kind: type[DisputeWon] | type[DisputeLost], at: datetime
    ) -> "Dispute":
        LIFECYCLE.require(self.state, state)
        fact = kind(
            order_id=self.order_id,
            payment_id=self.payment_id,
            dispute_id=self.id,
            occurred_at=at,
        )
        return self._changed(fact, state=state, updated_at=at)


def disputed_amount(disputes: Iterable[Dispute]) -> int:
    """What of a payment is claimed back or lost, in minor units: it must not be refunded too."""
    return sum(each.amount.amount for each in disputes if each.state is not DisputeState.WON)
