"""Refunds as shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from application.views.money import MoneyView
from domain.order.refund import Refund
from shared.ids import OrderId, PaymentId, RefundId, TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundView:
    """`ticket_ids` are void since it was requested; `retry_of` is the failed refund that this one
    tries once more; `failure` says why the money did not go back."""

    id: RefundId
    order_id: OrderId
    payment_id: PaymentId
    state: str
    amount: MoneyView
    reason: str
    ticket_ids: tuple[TicketId, ...]
    retry_of: RefundId | None
    failure: str | None
    created_at: datetime

    @classmethod
    def of(cls, refund: Refund) -> Self:
        return cls(
            id=refund.id,
            order_id=refund.order_id,
            payment_id=refund.payment_id,
            state=refund.state.value,
            amount=MoneyView.of(refund.amount),
            reason=refund.reason,
            ticket_ids=refund.ticket_ids,
            retry_of=refund.retry_of,
            failure=refund.failure,
            created_at=refund.created_at,
        )
