"""Payments and refunds as rows."""

from domain.order.payment import LIFECYCLE, Goal, Payment, PaymentState
from domain.order.refund import Refund, RefundState
from infrastructure.postgres.connections import Record
from shared.ids import OrderId, PaymentId, RefundId
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


def refund_of(row: Record) -> Refund:
    return Refund(
        id=RefundId(row["id"]),
        payment_id=PaymentId(row["payment_id"]),
        order_id=OrderId(row["order_id"]),
        amount=Money(row["amount"], row["currency"]),
        reason=row["reason"],
        state=RefundState(row["state"]),
        failure=row["failure"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )
