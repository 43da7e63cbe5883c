"""The refund: money going back. Its own row and its own key at the provider.

`due_at` is when somebody must look again; None means that there is nothing left to do.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from domain.lifecycle import Lifecycle
from domain.order.facts import (
    RefundFact,
    RefundFailed,
    RefundMoved,
    RefundRequested,
    RefundSucceeded,
)
from shared.facts import Aggregate
from shared.ids import OrderId, PaymentId, RefundId, TicketId
from shared.money import Money


class RefundState(Enum):
    REQUESTED = "REQUESTED"
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


LIFECYCLE = Lifecycle(
    name="Refund",
    transitions={
        RefundState.REQUESTED: frozenset(
            {RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED}
        ),
        RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
        RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),  # the payer's bank sent it back
    },
)

LATE_PAYMENT = "LATE_PAYMENT"
"""The reason of a refund of money that came when nothing was left to sell."""
EVENT_CANCELLED = "EVENT_CANCELLED"
"""The reason of the refunds of a cancelled event."""
SYSTEM_REASONS: Final = frozenset({LATE_PAYMENT, EVENT_CANCELLED})
"""What is done only once for each of these is looked up by them, so people cannot give them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSeen:
    """What the provider says of a refund; `reference` is its own id for it."""

    state: RefundState
    reference: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Aggregate):
    """`ticket_ids` are void since it was requested. `retry_of` is the failed refund that this one
    tries once more."""

    id: RefundId
    payment_id: PaymentId
    order_id: OrderId
    amount: Money
    reason: str
    ticket_ids: tuple[TicketId, ...] = ()
    retry_of: RefundId | None = None
    state: RefundState
    reference: str | None = None
    failure: str | None
    due_at: datetime | None = None
    looks: int = 0
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def request(
        *,
        id: RefundId,
        payment_id: PaymentId,
        order_id: OrderId,
        amount: Money,
        reason: str,
        ticket_ids: tuple[TicketId, ...] = (),
        retry_of: RefundId | None = None,
        due_at: datetime | None = None,
        at: datetime,
    ) -> "Refund":
        """Saved before the provider is asked; whoever asks has until `due_at` (at once by
        default) before the background takes over."""
        requested = RefundRequested(
            order_id=order_id,
            refund_id=id,
            payment_id=payment_id,
            amount=amount.amount,
            currency=amount.currency,
            occurred_at=at,
        )
        return Refund(
            id=id,
            payment_id=payment_id,
            order_id=order_id,
            amount=amount,
            reason=reason,
            ticket_ids=ticket_ids,
            retry_of=retry_of,
            state=RefundState.REQUESTED,
            failure=None,
            due_at=due_at or at,
            created_at=at,
            updated_at=at,
            facts=(requested,),
        )

    def again(self, *, id: RefundId, at: datetime) -> "Refund":
        """The same amount once more, as a refund of its own; its tickets are void already."""
        return Refund.request(
            id=id,
            payment_id=self.payment_id,
            order_id=self.order_id,
            amount=self.amount,
            reason=self.reason,
            retry_of=self.id,
            at=at,
        )

    @property
    def key(self) -> str:
        """The idempotency key of this refund at the provider."""
        return f"{self.id}-refund"

    @property
    def is_open(self) -> bool:
        """The provider has not said the last word."""
        return self.state in (RefundState.REQUESTED, RefundState.PENDING)

    @property
    def counts(self) -> bool:
        """Whether its money is gone or on its way: together they are never more than was taken."""
        return self.state is not RefundState.FAILED

    def observe(self, seen: RefundSeen, *, at: datetime) -> "Refund":
        """Takes over the provider's word; an older word than ours changes nothing."""
        reference = self.reference or seen.reference
        known = replace(self, reference=reference)
        if seen.state is self.state or not LIFECYCLE.allows(self.state, seen.state):
            return known
        fact: RefundFact
        if seen.state is RefundState.SUCCEEDED:
            fact = RefundSucceeded(
                order_id=self.order_id,
                refund_id=self.id,
                payment_id=self.payment_id,
                occurred_at=at,
            )
        elif seen.state is RefundState.FAILED:
            fact = RefundFailed(
                order_id=self.order_id,
                refund_id=self.id,
                payment_id=self.payment_id,
                failure=seen.failure or "unknown",
                occurred_at=at,
            )
        else:
            fact = RefundMoved(
                order_id=self.order_id,
                refund_id=self.id,
                payment_id=self.payment_id,
                state=seen.state.value,
                occurred_at=at,
            )
        over = seen.state is not RefundState.PENDING
        return known._changed(
            fact,
            state=seen.state,
            failure=seen.failure,
            due_at=None if over else at,
            looks=0,
            updated_at=at,
        )

    def look_again(self, *, at: datetime, first: timedelta, longest: timedelta) -> "Refund":
        """Nothing new: look again later, with growing pauses."""
        pause = min(first * 2 ** min(self.looks, 30), longest)
        return replace(self, looks=self.looks + 1, due_at=at + pause)

    def wait(self) -> "Refund":
        """For a person."""
        return replace(self, due_at=None)
