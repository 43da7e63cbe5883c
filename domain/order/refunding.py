"""How much of a payment can go back, and what tickets were worth."""

from collections.abc import Iterable

from domain.order.dispute import Dispute, disputed_amount
from domain.order.order import Order
from domain.order.payment import Payment
from domain.order.refund import Refund
from shared.ids import TicketTypeId
from shared.money import Money


def money_left(payment: Payment, refunds: Iterable[Refund], disputes: Iterable[Dispute]) -> Money:
    """What was taken, without what went back or is on its way, and without what the payer's bank
    claims back or has got: nobody is paid twice."""
    gone = sum(refund.amount.amount for refund in refunds if refund.counts)
    gone += disputed_amount(disputes)
    return Money(max(0, payment.amount.amount - gone), payment.amount.currency)


def worth(order: Order, units: Iterable[TicketTypeId]) -> Money:
    """What the buyer paid for units of these ticket types of the order."""
    prices = {line.ticket_type_id: line.unit_total for line in order.lines}
    total = Money.zero(order.total.currency)
    for ticket_type_id in units:
        total = total + prices[ticket_type_id]
    return total
