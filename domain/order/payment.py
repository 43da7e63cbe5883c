"""The payment: one attempt to pay an order at one provider.

The provider knows the truth; `observe` takes over what it says. `due_at` is when somebody must
look again (at the order's deadline they do so anyway): None means there is nothing left to do. An
open payment always has one, so nothing can be forgotten silently.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from domain.lifecycle import Lifecycle
from domain.order.facts import (
    PaymentAbandoned,
    PaymentCancelled,
    PaymentCaptured,
    PaymentConfirmed,
    PaymentFact,
    PaymentFailed,
    PaymentMoved,
    PaymentReturned,
    PaymentStarted,
)
from shared.facts import Aggregate
from shared.ids import OrderId, PaymentId
from shared.money import Money


class PaymentState(Enum):
    CREATED = "CREATED"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    PROCESSING = "PROCESSING"
    AUTHORIZED = "AUTHORIZED"
    CAPTURED = "CAPTURED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


_ENDS = frozenset({PaymentState.CAPTURED, PaymentState.CANCELLED, PaymentState.FAILED})
LIFECYCLE = Lifecycle(
    name="Payment",
    transitions={
        PaymentState.CREATED: frozenset(
            {PaymentState.REQUIRES_ACTION, PaymentState.PROCESSING, PaymentState.AUTHORIZED}
        )
        | _ENDS,
        PaymentState.REQUIRES_ACTION: frozenset({PaymentState.PROCESSING, PaymentState.AUTHORIZED})
        | _ENDS,
        PaymentState.PROCESSING: frozenset({PaymentState.REQUIRES_ACTION, PaymentState.AUTHORIZED})
        | _ENDS,
        PaymentState.AUTHORIZED: _ENDS,
    },
)


class Goal(Enum):
    """What we want of a payment now: the money, or to be rid of it."""

    COLLECT = "COLLECT"
    ABANDON = "ABANDON"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What the provider says of a payment; `reference` is its own id for it.

    `amount`, `payment_id` (which we gave it along) and `live` are None where the provider does not
    say; where it does, they must be ours.
    """

    reference: str
    state: PaymentState
    amount: Money | None = None
    payment_id: PaymentId | None = None
    live: bool | None = None
    client_secret: str | None = None
    redirect_url: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Aggregate):
    """Attempts of one order count from 1; at most one is open, at most one is captured."""

    id: PaymentId
    order_id: OrderId
    attempt: int
    provider: str
    method: str
    amount: Money
    state: PaymentState
    goal: Goal
    reference: str | None
    client_secret: str | None
    redirect_url: str | None
    failure: str | None
    due_at: datetime | None
    looks: int
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def start(
        *,
        id: PaymentId,
        order_id: OrderId,
        attempt: int,
        provider: str,
        method: str,
        amount: Money,
        due_at: datetime,
        at: datetime,
    ) -> "Payment":
        """Saved before the provider is asked, so that an answer that is lost can be found."""
        started = PaymentStarted(
            order_id=order_id,
            payment_id=id,
            attempt=attempt,
            provider=provider,
            amount=amount.amount,
            currency=amount.currency,
            occurred_at=at,
        )
        return Payment(
            id=id,
            order_id=order_id,
            attempt=attempt,
            provider=provider,
            method=method,
            amount=amount,
            state=PaymentState.CREATED,
            goal=Goal.COLLECT,
            reference=None,
            client_secret=None,
            redirect_url=None,
            failure=None,
            due_at=due_at,
            looks=0,
            created_at=at,
            updated_at=at,
            facts=(started,),
        )

    @property
    def is_open(self) -> bool:
        return not LIFECYCLE.is_final(self.state)

    def key(self, action: str) -> str:
        """The idempotency key of one action at the provider: the same for every repetition."""
        return f"{self.id}-{action}"

    def contradictions(self, seen: Observation, *, live: bool) -> tuple[str, ...]:
        """What of the provider's payment is not as we asked for it, and so not ours to count."""
        ours = {"amount": self.amount, "payment_id": self.id, "live": live}
        said = {"amount": seen.amount, "payment_id": seen.payment_id, "live": seen.live}
        return tuple(name for name in ours if said[name] not in (None, ours[name]))

    def observe(self, seen: Observation, *, at: datetime) -> "Payment":
        """Takes over the provider's word. Of an older word than ours only a new reference counts:
        by it the payment is found when there is more to hear."""
        if seen.state is not self.state and not LIFECYCLE.allows(self.state, seen.state):
            seen = replace(
                seen,
                state=self.state,
                reference=self.reference or seen.reference,
                client_secret=self.client_secret,
                redirect_url=self.redirect_url,
                failure=self.failure,
            )
        # Some providers tell the way to their page only once.
        acting = seen.state is PaymentState.REQUIRES_ACTION
        known = replace(
            self,
            reference=seen.reference,
            client_secret=seen.client_secret or self.client_secret,
            redirect_url=seen.redirect_url or (self.redirect_url if acting else None),
            failure=seen.failure or self.failure,
        )
        if seen.state is self.state:
            return known if known == self else known._changed(self._moved_fact(at), updated_at=at)
        fact: PaymentFact
        if seen.state is PaymentState.CAPTURED:
            fact = PaymentCaptured(
                order_id=self.order_id,
                payment_id=self.id,
                amount=self.amount.amount,
                currency=self.amount.currency,
                occurred_at=at,
            )
        elif seen.state is PaymentState.FAILED:
            fact = PaymentFailed(
                order_id=self.order_id,
                payment_id=self.id,
                failure=seen.failure or "unknown",
                occurred_at=at,
            )
        elif seen.state is PaymentState.CANCELLED:
            fact = PaymentCancelled(order_id=self.order_id, payment_id=self.id, occurred_at=at)
        else:
            fact = PaymentMoved(
                order_id=self.order_id,
                payment_id=self.id,
                state=seen.state.value,
                occurred_at=at,
            )
        return known._changed(fact, state=seen.state, looks=0, due_at=at, updated_at=at)

    def confirm(self, *, by: UUID, note: str, at: datetime) -> "Payment":
        """The organizer has the money, past any provider; wanted or not until now, it is used."""
        said = PaymentConfirmed(
            order_id=self.order_id,
            payment_id=self.id,
            confirmed_by=by,
            note=note,
            occurred_at=at,
        )
        LIFECYCLE.require(self.state, PaymentState.CAPTURED)
        taken = Observation(reference=self.reference or str(self.id), state=PaymentState.CAPTURED)
        return self._changed(said).observe(taken, at=at).collect(at=at).settled()

    def abandon(self, *, at: datetime) -> "Payment":
        """The order does not want this money any more; due at once."""
        if self.goal is Goal.ABANDON:
            return self
        fact = PaymentAbandoned(order_id=self.order_id, payment_id=self.id, occurred_at=at)
        return self._changed(fact, goal=Goal.ABANDON, looks=0, due_at=at, updated_at=at)

    def never_reached(self, *, at: datetime) -> "Payment":
        """The provider has never heard of it, and no call of ours can still be on its way."""
        fact = PaymentCancelled(order_id=self.order_id, payment_id=self.id, occurred_at=at)
        LIFECYCLE.require(self.state, PaymentState.CANCELLED)
        return self._changed(fact, state=PaymentState.CANCELLED, due_at=None, updated_at=at)

    @property
    def was_never_asked_for(self) -> bool:
        """Until now: no call of ours can have had an effect without our hearing of it."""
        return self.state is PaymentState.CREATED and self.version == 1 and self.looks == 0

    def refused(self, code: str, *, at: datetime) -> "Payment":
        """The provider will not take it, whatever the buyer does, and has done nothing. Only if it
        `was_never_asked_for` before."""
        if not self.was_never_asked_for:
            raise RuntimeError(f"payment {self.id} may have been asked for before")
        LIFECYCLE.require(self.state, PaymentState.FAILED)
        fact = PaymentFailed(
            order_id=self.order_id, payment_id=self.id, failure=code, occurred_at=at
        )
        return self._changed(
            fact, state=PaymentState.FAILED, failure=code, due_at=None, updated_at=at
        )

    def give_back(self, *, at: datetime) -> "Payment":
        """Notes, once, that a refund of taken money is requested."""
        if self.state is not PaymentState.CAPTURED:
            raise RuntimeError(f"payment {self.id} has nothing to give back")
        fact = PaymentReturned(order_id=self.order_id, payment_id=self.id, occurred_at=at)
        return self._changed(fact, due_at=at, updated_at=at)

    def collect(self, *, at: datetime) -> "Payment":
        """Wanted after all: it found stock again, or the provider would not let go of it."""
        return replace(self, goal=Goal.COLLECT, due_at=at)

    def look_again(self, *, at: datetime, first: timedelta, longest: timedelta) -> "Payment":
        """Nothing new: look again later, with growing pauses."""
        pause = min(first * 2 ** min(self.looks, 30), longest)
        return replace(self, looks=self.looks + 1, due_at=at + pause)

    def settled(self) -> "Payment":
        """Nothing is left to do."""
        return replace(self, due_at=None)

    def _moved_fact(self, at: datetime) -> PaymentMoved:
        return PaymentMoved(
            order_id=self.order_id, payment_id=self.id, state=self.state.value, occurred_at=at
        )
