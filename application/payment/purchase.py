"""A purchase as one reads it: the payment, its order, their hold and event."""

from dataclasses import dataclass
from datetime import datetime

from application.order.ending import expire
from application.ports.payments import Asked
from application.ports.unit_of_work import UnitOfWork
from domain.event.event import Event
from domain.hold.hold import Hold
from domain.order.errors import PaymentNotFound
from domain.order.order import Order, OrderState
from domain.order.payment import Payment, PaymentState
from domain.order.purchase import Step, next_step
from shared.ids import PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    payment: Payment
    order: Order
    hold: Hold
    event: Event
    superseded: bool
    """It ended without money, and there is a later attempt that decides about the order."""

    def next_step(self, *, at: datetime) -> Step:
        return Step.REST if self.superseded else next_step(self.order, self.payment, at=at)


async def load(work: UnitOfWork, payment_id: PaymentId) -> Purchase:
    """Raises PaymentNotFound."""
    payment = await work.payments.get(payment_id)
    order = await work.orders.get(payment.order_id) if payment else None
    hold = await work.holds.get(order.hold_id) if order else None
    event = await work.events.get(order.event_id) if order else None
    if payment is None or order is None or hold is None or event is None:
        raise PaymentNotFound()
    superseded = False
    if not payment.is_open and payment.state is not PaymentState.CAPTURED:
        superseded = payment.id not in [each.id for each in await work.payments.latest([order.id])]
    return Purchase(payment=payment, order=order, hold=hold, event=event, superseded=superseded)


def asked_of(payment: Payment, order: Order) -> Asked:
    """The payment as a provider needs it to recognize it."""
    return Asked(
        payment_id=payment.id,
        order_id=payment.order_id,
        reference=payment.reference,
        amount=payment.amount,
        method=payment.method,
        asked_at=payment.created_at,
        pay_until=order.deadline,
    )


def not_cancelled(
    work: UnitOfWork, current: Purchase, payment: Payment, *, at: datetime
) -> Payment:
    """The provider would not let go: the order may end, and what is processing may succeed."""
    order = current.order
    if order.is_due(at=at):
        expire(work, order, current.hold, at=at)
    unpaid = order.state in (OrderState.PENDING_PAYMENT, OrderState.EXPIRED)
    processing = payment.state is PaymentState.PROCESSING
    return payment.collect(at=at) if unpaid and processing else payment
