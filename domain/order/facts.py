"""What happens to orders, their payments and refunds."""

from dataclasses import dataclass
from uuid import UUID

from shared.facts import Fact
from shared.ids import DisputeId, EventId, HoldId, OrderId, PaymentId, RefundId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFact(Fact):
    """Payments and refunds belong to their order's sequence of facts."""

    order_id: OrderId

    @property
    def aggregate_id(self) -> UUID:
        return self.order_id


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(OrderFact):
    """A buyer ordered what a hold keeps, for `amount` in all."""

    event_id: EventId
    hold_id: HoldId
    number: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDeadlineMoved(OrderFact):
    """It may be paid until later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPaymentStarted(OrderFact):
    """From here on a cancellation must deal with a payment too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCommitted(OrderFact):
    """The money is promised and the stock can no longer expire."""

    event_id: EventId
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderConfirmed(OrderFact):
    """It is paid and its tickets are issued."""

    event_id: EventId
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLapsed(OrderFact):
    """Nobody paid in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(OrderFact):
    """Its buyer, its organizer or the end of its event called it off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFailed(OrderFact):
    """The promised money could not be captured; the stock is given back."""

    event_id: EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDisputed(OrderFact):
    """Its money is claimed back: a refund of the same moment must notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefundStarted(OrderFact):
    """From here on another refund of the same moment must count this one too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefunded(OrderFact):
    """`amount` is what has gone back by now, in all; `state` what is left of the order."""

    amount: int
    currency: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFact(OrderFact):
    payment_id: PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStarted(PaymentFact):
    """An attempt to pay the order, at a provider."""

    attempt: int
    provider: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMoved(PaymentFact):
    """It waits for the buyer or the provider, or the money is authorized."""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCaptured(PaymentFact):
    """The money is here."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentConfirmed(PaymentFact):
    """The organizer says that the money came. `confirmed_by` is the user, or the API key, who says
    so; `note` how it came, in their words."""

    confirmed_by: UUID
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFailed(PaymentFact):
    """No money will come of this attempt; `failure` says why."""

    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCancelled(PaymentFact):
    """The attempt was called off before any money moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAbandoned(PaymentFact):
    """We no longer want this money: it is to be cancelled, or given back where it was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReturned(PaymentFact):
    """Money that was taken is to go back: a refund is requested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFact(OrderFact):
    refund_id: RefundId
    payment_id: PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequested(RefundFact):
    """Money is to go back."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSucceeded(RefundFact):
    """The money has gone back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed(RefundFact):
    """The money could not go back; `failure` says why."""

    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundMoved(RefundFact):
    """The provider has taken it on."""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFact(OrderFact):
    payment_id: PaymentId
    dispute_id: DisputeId


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeOpened(DisputeFact):
    """The payer's bank claims the money back."""

    amount: int
    currency: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeWon(DisputeFact):
    """The money stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeLost(DisputeFact):
    """The money is gone."""
