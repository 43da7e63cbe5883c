"""Asking for money to go back: noted with the tickets it voids, before any provider is asked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from application.ports.identity import Ids
from application.ports.unit_of_work import UnitOfWork
from domain.order.errors import OrderNotFound, OrderNotRefundable, RefundTooLarge
from domain.order.order import Order
from domain.order.payment import Payment, PaymentState
from domain.order.refund import Refund
from domain.order.refunding import money_left
from domain.ticket.ticket import Ticket, TicketState
from shared.ids import RefundId, TicketId
from shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """An order with what can be given back of it: of its money, and of its tickets."""

    order: Order
    payment: Payment | None
    left: Money
    tickets: Sequence[Ticket]

    @property
    def issued(self) -> Sequence[Ticket]:
        """Those that can still be made void."""
        return [ticket for ticket in self.tickets if ticket.state is TicketState.ISSUED]


async def load_paid(work: UnitOfWork, order: Order) -> Paid:
    payments = await work.payments.of_order(order.id)
    payment = next((each for each in payments if each.state is PaymentState.CAPTURED), None)
    left = Money.zero(order.total.currency)
    if payment is not None:
        refunds = await work.refunds.of_payment(payment.id)
        left = money_left(payment, refunds, await work.disputes.of_payment(payment.id))
    tickets = await work.tickets.of_order(order.id)
    return Paid(order=order, payment=payment, left=left, tickets=tickets)


def request_refund(
    work: UnitOfWork,
    paid: Paid,
    *,
    id: RefundId,
    amount: Money,
    tickets: Sequence[Ticket],
    reason: str,
    return_stock: bool,
    due_at: datetime | None = None,
    at: datetime,
) -> Refund:
    """Notes the refund of a paid order; its tickets are void from now on, whatever becomes of it.

    Raises OrderNotRefundable.
    """
    if paid.payment is None or paid.left.is_zero:
        raise OrderNotRefundable(metadata={"state": paid.order.state.value})
    work.orders.save(paid.order.start_refund(at=at))
    void(work, paid.order, tickets, return_stock=return_stock, at=at)
    refund = Refund.request(
        id=id,
        payment_id=paid.payment.id,
        order_id=paid.order.id,
        amount=amount,
        reason=reason,
        ticket_ids=tuple(ticket.id for ticket in tickets),
        due_at=due_at,
        at=at,
    )
    work.refunds.add(refund)
    return refund


def void(
    work: UnitOfWork, order: Order, tickets: Sequence[Ticket], *, return_stock: bool, at: datetime
) -> None:
    """Notes that they admit nobody any more, and puts their places on sale again where wanted."""
    for ticket in tickets:
        work.tickets.save(ticket.void(return_place=return_stock, at=at))
    if return_stock and tickets:
        units = Counter(ticket.ticket_type_id for ticket in tickets)
        work.stock.unsell(
            [
                replace(line, quantity=units[line.ticket_type_id])
                for line in order.lines
                if units[line.ticket_type_id]
            ]
        )


async def request_again(work: UnitOfWork, failed: Refund, *, ids: Ids, at: datetime) -> Refund:
    """Notes a refund that tries a failed one once more: the same amount, under a key of its own.

    Raises OrderNotFound, OrderNotRefundable, RefundTooLarge.
    """
    order, payment = await work.orders.get(failed.order_id), None
    if order is not None:
        payment = await work.payments.get(failed.payment_id)
    if order is None or payment is None:
        raise OrderNotFound()
    refunds = await work.refunds.of_payment(payment.id)
    await require_left(work, order, payment, refunds, failed)
    work.orders.save(order.retry_refund(at=at))
    refund = failed.again(id=RefundId(ids.uuid()), at=at)
    work.refunds.add(refund)
    return refund


async def require_left(
    work: UnitOfWork, order: Order, payment: Payment, refunds: Sequence[Refund], failed: Refund
) -> None:
    """That the money of a failed refund is still there to go back; `refunds` are the payment's.

    Raises OrderNotRefundable, RefundTooLarge.
    """
    left = money_left(payment, refunds, await work.disputes.of_payment(payment.id))
    if left.is_zero:
        raise OrderNotRefundable(metadata={"state": order.state.value})
    if failed.amount.amount > left.amount:
        raise RefundTooLarge(metadata={"left": left.amount, "currency": left.currency})


def named(tickets: Sequence[Ticket], ids: Sequence[TicketId]) -> Sequence[Ticket]:
    """Those of the tickets with these ids; fewer where some are not among them."""
    wanted = frozenset(ids)
    return [ticket for ticket in tickets if ticket.id in wanted]
