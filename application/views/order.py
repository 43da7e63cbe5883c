"""Orders and payments as shown."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from application.views.hold import ChargeView, LineView, charges_of
from application.views.money import MoneyView
from domain.order.order import Order
from domain.order.payment import Payment
from shared.ids import EventId, HoldId, OrderId, PaymentId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """`client_secret` and `redirect_url` are for the buyer alone: with them one pays, or says that
    one will not. `redirect_url` is where the buyer goes on, if `state` is REQUIRES_ACTION."""

    id: PaymentId
    order_id: OrderId
    provider: str
    method: str
    state: str
    amount: MoneyView
    client_secret: str | None
    redirect_url: str | None
    failure: str | None
    created_at: datetime

    @classmethod
    def of(cls, payment: Payment) -> Self:
        return cls(
            id=payment.id,
            order_id=payment.order_id,
            provider=payment.provider,
            method=payment.method,
            state=payment.state.value,
            amount=MoneyView.of(payment.amount),
            client_secret=payment.client_secret,
            redirect_url=payment.redirect_url,
            failure=payment.failure,
            created_at=payment.created_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerView:
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """`payment` is the latest attempt, if there is one; unpaid at `expires_at`, the order ends.
    What is not `live` is a test."""

    id: OrderId
    number: str
    live: bool = True
    state: str
    event_id: EventId
    hold_id: HoldId
    buyer: BuyerView
    lines: tuple[LineView, ...]
    charges: tuple[ChargeView, ...] = ()
    total: MoneyView
    refunded: MoneyView
    payment: PaymentView | None
    expires_at: datetime
    created_at: datetime

    @classmethod
    def of(
        cls, order: Order, payment: Payment | None, *, reader: UserId | None, at: datetime
    ) -> Self:
        """As `reader` may see it at the moment `at`."""
        shown = PaymentView.of(payment) if payment else None
        if shown and reader != order.buyer_id:
            shown = replace(shown, client_secret=None, redirect_url=None)
        paying = payment is not None and payment.is_open
        return cls(
            id=order.id,
            number=order.number,
            live=order.live,
            state=order.state_at(at, paying=paying).value,
            event_id=order.event_id,
            hold_id=order.hold_id,
            buyer=BuyerView(name=order.buyer.name, email=order.buyer.email),
            lines=tuple(LineView.of(line) for line in order.lines),
            charges=charges_of(order.lines),
            total=MoneyView.of(order.total),
            refunded=MoneyView(amount=order.refunded, currency=order.total.currency),
            payment=shown,
            expires_at=order.deadline,
            created_at=order.created_at,
        )
