"""Payments and refunds as rows."""

from domain.order.payment import LIFECYCLE, Goal, Payment, PaymentState
from domain.order.refund import Refund, RefundState
from infrastructure.postgres.connections import Record
from shared.ids import OrderId, PaymentId, RefundId, TicketId
from shared.money import Money

OPEN_STATES = [state.value for state in PaymentState if not LIFECYCLE.is_final(state)]


def payment_of(row: Record) -> Payment:
    return Payment(
        id=PaymentId(row["id"]),
        order_id=OrderId(row["order_id"]),
        attempt=row["attempt"],
        provider=row["provider"],
        method=row["method"],
        amount=Money(row["amount"], row["currency"]),
        state=PaymentState(row["state"]),
        goal=Goal(row["goal"]),
        reference=row["reference"],
        client_secret=row["client_secret"],
        redirect_url=row["redirect_url"],
        failure=row["failure"],
        due_at=row["due_at"],
        looks=row["looks"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


def new_payment(payment: Payment) -> tuple[object, ...]:
    """A value for each column of a new row behind its ids, in the order of every INSERT."""
    return (
        payment.attempt,
        payment.provider,
        payment.method,
        payment.amount.amount,
        payment.amount.currency,
        payment.state.value,
        payment.goal.value,
        payment.reference,
        payment.client_secret,
        payment.redirect_url,
        payment.failure,
        payment.due_at,
        payment.looks,
        payment.created_at,
        payment.updated_at,
        payment.version,
    )


def changed_payment(payment: Payment) -> tuple[object, ...]:
    """A value for each column that may change but the version, in the order of every UPDATE."""
    return (
        payment.state.value,
        payment.goal.value,
        payment.reference,
        payment.client_secret,
        payment.redirect_url,
        payment.failure,
        payment.due_at,
        payment.looks,
        payment.updated_at,
    )


def refund_of(row: Record) -> Refund:
    return Refund(
        id=RefundId(row["id"]),
        payment_id=PaymentId(row["payment_id"]),
        order_id=OrderId(row["order_id"]),
        amount=Money(row["amount"], row["currency"]),
        reason=row["reason"],
        ticket_ids=tuple(map(TicketId, row["ticket_ids"])),
        retry_of=None if row["retry_of"] is None else RefundId(row["retry_of"]),
        state=RefundState(row["state"]),
        reference=row["reference"],
        failure=row["failure"],
        due_at=row["due_at"],
        looks=row["looks"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )
