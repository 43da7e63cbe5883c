"""The order: a buyer's purchase made from one hold, from its placing to its end."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from domain.lifecycle import Lifecycle
from domain.line import Line
from domain.order.errors import OrderNotCancellable, OrderNotPayable, OrderNotRefundable
from domain.order.facts import (
    OrderCancelled,
    OrderCommitted,
    OrderConfirmed,
    OrderDeadlineMoved,
    OrderDisputed,
    OrderFact,
    OrderFailed,
    OrderLapsed,
    OrderPaymentStarted,
    OrderPlaced,
    OrderRefunded,
    OrderRefundStarted,
)
from shared.checks import Checks
from shared.facts import Aggregate
from shared.ids import EventId, HoldId, OrderId, OrganizerId, UserId
from shared.money import Money


class OrderState(Enum):
    PENDING_PAYMENT = "PENDING_PAYMENT"
    COMMITTING = "COMMITTING"
    CONFIRMED = "CONFIRMED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


LIFECYCLE = Lifecycle(
    name="Order",
    transitions={
        OrderState.PENDING_PAYMENT: frozenset(
            {
                OrderState.COMMITTING,
                OrderState.CONFIRMED,  # free of charge
                OrderState.EXPIRED,
                OrderState.CANCELLED,
            }
        ),
        OrderState.COMMITTING: frozenset({OrderState.CONFIRMED, OrderState.FAILED}),
        OrderState.EXPIRED: frozenset({OrderState.COMMITTING}),  # late money, stock re-taken
        OrderState.CONFIRMED: frozenset({OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED}),
        OrderState.PARTIALLY_REFUNDED: frozenset(
            {
                OrderState.REFUNDED,
                OrderState.CONFIRMED,  # a refund came back from the payer's bank
            }
        ),
        OrderState.REFUNDED: frozenset({OrderState.PARTIALLY_REFUNDED, OrderState.CONFIRMED}),
    },
)

PAID = frozenset({OrderState.CONFIRMED, OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED})
"""States in which the order's money was taken and its tickets were issued."""

LIVE = frozenset({OrderState.COMMITTING, OrderState.CONFIRMED, OrderState.PARTIALLY_REFUNDED})
"""States in which the order itself owns stock (before them its hold does)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who the tickets are for, as told at checkout."""

    name: str
    email: str

    def check(self) -> "Buyer":
        """Raises FieldInvalid."""
        checks = Checks("buyer")
        name = checks.text("name", self.name, longest=200)
        email = checks.email("email", self.email)
        checks.done()
        return Buyer(name=name, email=email)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Aggregate):
    """`deadline` is the hold's: unpaid by then, it lapses. `buyer_id` is the user or guest
    that buys."""

    id: OrderId
    number: str
    event_id: EventId
    organizer_id: OrganizerId
    live: bool
    hold_id: HoldId
    buyer_id: UserId
    buyer: Buyer
    state: OrderState
    lines: tuple[Line, ...]
    total: Money
    refunded: int = 0
    """What has gone back by now, in minor units: the sum of the refunds that succeeded."""
    deadline: datetime
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def place(
        *,
        id: OrderId,
        number: str,
        event_id: EventId,
        organizer_id: OrganizerId,
        live: bool = True,
        hold_id: HoldId,
        buyer_id: UserId,
        buyer: Buyer,
        lines: tuple[Line, ...],
        total: Money,
        deadline: datetime,
        at: datetime,
    ) -> "Order":
        """Raises FieldInvalid."""
        placed = OrderPlaced(
            order_id=id,
            event_id=event_id,
            hold_id=hold_id,
            number=number,
            amount=total.amount,
            currency=total.currency,
            occurred_at=at,
        )
        return Order(
            id=id,
            number=number,
            event_id=event_id,
            organizer_id=organizer_id,
            live=live,
            hold_id=hold_id,
            buyer_id=buyer_id,
            buyer=buyer.check(),
            state=OrderState.PENDING_PAYMENT,
            lines=lines,
            total=total,
            deadline=deadline,
            created_at=at,
            updated_at=at,
            facts=(placed,),
        )

    @property
    def is_free(self) -> bool:
        return self.total.is_zero

    def is_due(self, *, at: datetime) -> bool:
        """Unpaid past its deadline, and not yet ended."""
        return self.state is OrderState.PENDING_PAYMENT and at >= self.deadline

    def state_at(self, at: datetime, *, paying: bool) -> OrderState:
        """The state as a reader must see it: unpaid past the deadline it is expired, swept or not;
        with an open payment (`paying`) its provider has the last word."""
        return OrderState.EXPIRED if self.is_due(at=at) and not paying else self.state

    def is_payable(self, *, at: datetime) -> bool:
        return self.state is OrderState.PENDING_PAYMENT and at < self.deadline

    def require_payable(self, *, at: datetime) -> None:
        """Raises OrderNotPayable."""
        if self.is_free or not self.is_payable(at=at):
            raise OrderNotPayable(metadata={"state": self.state_at(at, paying=False).value})

    def wait_until(self, deadline: datetime, *, at: datetime) -> "Order":
        """Follows its hold when that is extended."""
        if deadline <= self.deadline:
            return self
        return self._changed(
            OrderDeadlineMoved(order_id=self.id, occurred_at=at), deadline=deadline, updated_at=at
        )

    def start_payment(self, *, deadline: datetime, at: datetime) -> "Order":
        """Always a change of its own: a cancellation of the same moment must notice."""
        fact = OrderPaymentStarted(order_id=self.id, occurred_at=at)
        return self._changed(fact, deadline=max(deadline, self.deadline), updated_at=at)

    def commit(self, *, at: datetime) -> "Order":
        """The money is promised and its stock is its own; only then is money taken."""
        late = self.state is OrderState.EXPIRED
        fact = OrderCommitted(order_id=self.id, event_id=self.event_id, late=late, occurred_at=at)
        return self._moved(OrderState.COMMITTING, fact, at)

    def confirm(self, *, at: datetime) -> "Order":
        """Paid (or free): who saves it sells the stock and issues the tickets with it, once."""
        free = self.state is OrderState.PENDING_PAYMENT and self.is_free
        if self.state is not OrderState.COMMITTING and not free:
            raise RuntimeError(f"order {self.id} is {self.state.name}: nothing is to be issued")
        fact = OrderConfirmed(
            order_id=self.id, event_id=self.event_id, number=self.number, occurred_at=at
        )
        return self._moved(OrderState.CONFIRMED, fact, at)

    def fail(self, *, at: datetime) -> "Order":
        """The capture failed for good; who saves it gives the stock back."""
        fact = OrderFailed(order_id=self.id, event_id=self.event_id, occurred_at=at)
        return self._moved(OrderState.FAILED, fact, at)

    def expire(self, *, at: datetime) -> "Order":
        """Nobody paid in time. Only when `is_due`."""
        if not self.is_due(at=at):
            raise RuntimeError(f"order {self.id} is not due")
        return self._moved(OrderState.EXPIRED, OrderLapsed(order_id=self.id, occurred_at=at), at)

    def cancel(self, *, at: datetime, paying: bool = False) -> "Order":
        """By its buyer or organizer, before money is promised. Raises OrderNotCancellable."""
        state = self.state_at(at, paying=paying)
        if state is not OrderState.PENDING_PAYMENT:
            raise OrderNotCancellable(metadata={"state": state.value})
        fact = OrderCancelled(order_id=self.id, occurred_at=at)
        return self._moved(OrderState.CANCELLED, fact, at)

    def start_refund(self, *, at: datetime) -> "Order":
        """Always a change of its own: another refund of the same moment must notice. Raises
        OrderNotRefundable."""
        if self.state not in (OrderState.CONFIRMED, OrderState.PARTIALLY_REFUNDED):
            raise OrderNotRefundable(metadata={"state": self.state_at(at, paying=False).value})
        return self.retry_refund(at=at)

    def retry_refund(self, *, at: datetime) -> "Order":
        """As `start_refund`, in whatever state it is by now: late money goes back of an order that
        was never paid, and failed refunds are tried again."""
        return self._changed(OrderRefundStarted(order_id=self.id, occurred_at=at), updated_at=at)

    def end_free(self, *, at: datetime) -> "Order":
        """Its tickets are void, and there is no money to go back. Raises OrderNotRefundable."""
        started = self.start_refund(at=at)
        fact = OrderRefunded(
            order_id=self.id,
            amount=0,
            currency=self.total.currency,
            state=OrderState.REFUNDED.value,
            occurred_at=at,
        )
        return started._moved(OrderState.REFUNDED, fact, at)

    def note_disputed(self, *, at: datetime) -> "Order":
        """Always a change of its own: a refund of the same moment must notice."""
        return self._changed(OrderDisputed(order_id=self.id, occurred_at=at), updated_at=at)

    def note_refunded(self, amount: int, *, at: datetime) -> "Order":
        """`amount` has gone back by now, in all; it says what is left of a paid order."""
        if amount == self.refunded:
            return self
        state = self.state
        if state in PAID:
            if amount >= self.total.amount:
                state = OrderState.REFUNDED
            else:
                state = OrderState.PARTIALLY_REFUNDED if amount else OrderState.CONFIRMED
            if state is not self.state:
                LIFECYCLE.require(self.state, state)
        fact = OrderRefunded(
            order_id=self.id,
            amount=amount,
            currency=self.total.currency,
            state=state.value,
            occurred_at=at,
        )
        return self._changed(fact, state=state, refunded=amount, updated_at=at)

    def _moved(self, state: OrderState, fact: OrderFact, at: datetime) -> "Order":
        LIFECYCLE.require(self.state, state)
        return self._changed(fact, state=state, updated_at=at)
