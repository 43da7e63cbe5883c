"""What comes next in a purchase: one pure decision from the order and its payment.

The rule is authorize → convert the hold → capture → issue. Money is taken only when the stock can
no longer expire, and money that came too late is used if stock is left and given back otherwise.
"""

from datetime import datetime
from enum import Enum, auto

from domain.order.order import Order, OrderState
from domain.order.payment import Goal, Payment, PaymentState


class Step(Enum):
    """One thing to do next. Steps at the provider and steps in our database never mix."""

    AUTHORIZE = auto()
    """Ask the provider for the money (or learn what became of having asked)."""
    LOOK = auto()
    """Ask the provider how the payment stands; past the order's deadline for the last time."""
    CANCEL = auto()
    """Ask the provider to forget the payment, and obey its answer."""
    CAPTURE = auto()
    """Take the promised money."""
    REFUND = auto()
    """Give taken money back."""
    COMMIT = auto()
    """Ours: convert the hold, or take the stock again; the order is then COMMITTING."""
    CONFIRM = auto()
    """Ours: the money is there and the stock is ours: sell it and issue the tickets."""
    FAIL = auto()
    """Ours: the capture failed for good: give the stock back."""
    ABANDON = auto()
    """Ours: note that the money is not wanted any more."""
    EXPIRE = auto()
    """Ours: nobody paid in time."""
    REST = auto()
    """Nothing is left to do."""


def next_step(order: Order, payment: Payment, *, at: datetime) -> Step:
    """The next step for `payment`, at a moment of the database's clock.

    `payment` is the order's latest attempt: an earlier one has ended without money, and there is
    nothing left to do about it.
    """
    wanted = payment.goal is Goal.COLLECT
    match payment.state:
        case PaymentState.CREATED:
            return Step.AUTHORIZE if wanted and order.is_payable(at=at) else _unwanted(payment)
        case PaymentState.REQUIRES_ACTION:
            waiting = order.state is OrderState.PENDING_PAYMENT
            return Step.LOOK if wanted and waiting else _unwanted(payment)
        case PaymentState.PROCESSING:
            # An expired order asked to cancel before and was told that the money may still come.
            waiting = order.state in (OrderState.PENDING_PAYMENT, OrderState.EXPIRED)
            return Step.LOOK if wanted and waiting else _unwanted(payment)
        case PaymentState.AUTHORIZED:
            return _promised(order, payment)
        case PaymentState.CAPTURED:
            return _taken(order, payment)
        case PaymentState.CANCELLED | PaymentState.FAILED:
            if order.state is OrderState.COMMITTING:
                return Step.FAIL
            return Step.EXPIRE if order.is_due(at=at) else Step.REST
    raise RuntimeError(f"payment {payment.id} is in no known state")


def _unwanted(payment: Payment) -> Step:
    return Step.CANCEL if payment.goal is Goal.ABANDON else Step.ABANDON


def _promised(order: Order, payment: Payment) -> Step:
    match order.state:
        case OrderState.PENDING_PAYMENT:
            return Step.COMMIT
        case OrderState.EXPIRED:  # late money: COMMIT takes the stock again or abandons it
            return Step.CANCEL if payment.goal is Goal.ABANDON else Step.COMMIT
        case OrderState.COMMITTING:
            return Step.CAPTURE
        case _:
            return _unwanted(payment)


def _taken(order: Order, payment: Payment) -> Step:
    match order.state:
        case OrderState.PENDING_PAYMENT:
            return Step.COMMIT
        case OrderState.EXPIRED:
            return Step.REFUND if payment.goal is Goal.ABANDON else Step.COMMIT
        case OrderState.COMMITTING:
            return Step.CONFIRM
        case OrderState.CONFIRMED | OrderState.PARTIALLY_REFUNDED | OrderState.REFUNDED:
            return Step.REST
        case _:
            return Step.REFUND if payment.goal is Goal.ABANDON else Step.ABANDON
