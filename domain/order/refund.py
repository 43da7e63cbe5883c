"""The refund: money going back. Its own row and its own key at the provider."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from domain.lifecycle import Lifecycle
from domain.order.facts import RefundFailed, RefundRequested, RefundSucceeded
from shared.facts import Aggregate
from shared.ids import OrderId, PaymentId, RefundId
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
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Aggregate):
    id: RefundId
    payment_id: PaymentId
    order_id: OrderId
    amount: Money
    reason: str
    state: RefundState
    failure: str | None
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
        at: datetime,
    ) -> "Refund":
        """Saved before the provider is asked."""
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
            state=RefundState.REQUESTED,
            failure=None,
            created_at=at,
            updated_at=at,
            facts=(requested,),
        )

    @property
    def key(self) -> str:
        """The idempotency key of this refund at the provider."""
        return f"{self.id}-refund"

    def succeed(self, *, at: datetime) -> "Refund":
        LIFECYCLE.require(self.state, RefundState.SUCCEEDED)
        fact = RefundSucceeded(
            order_id=self.order_id,
            refund_id=self.id,
            payment_id=self.payment_id,
            occurred_at=at,
        )
        return self._changed(fact, state=RefundState.SUCCEEDED, updated_at=at)

    def fail(self, failure: str, *, at: datetime) -> "Refund":
        """For good: somebody must look at it."""
        LIFECYCLE.require(self.state, RefundState.FAILED)
        fact = RefundFailed(
            order_id=self.order_id,
            refund_id=self.id,
            payment_id=self.payment_id,
            failure=failure,
            occurred_at=at,
        )
        return self._changed(fact, state=RefundState.FAILED, failure=failure, updated_at=at)
