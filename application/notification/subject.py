"""What a mail to a buyer is about, as it is when the mail is sent."""

from dataclasses import dataclass
from typing import Final

from application.payment.refunding import refunded_tickets
from application.ports.mail_queue import Mail, MailKind
from application.ports.unit_of_work import UnitOfWork
from domain.event.event import Event
from domain.order.order import Order
from domain.order.refund import Refund
from domain.ticket.ticket import Ticket, TicketState
from shared.ids import OrderId, RefundId

ABOUT_REFUNDS: Final = frozenset({MailKind.PAYMENT_LATE, MailKind.REFUND_COMPLETED})
ABOUT_ORDERS: Final = ABOUT_REFUNDS | {
    MailKind.ORDER_CONFIRMED,
    MailKind.ORDER_CANCELLED,
    MailKind.ORDER_FAILED,
    MailKind.ORDER_LAPSED,
    MailKind.EVENT_CHANGED,
    MailKind.EVENT_CANCELLED,
}
_GOOD: Final = (TicketState.ISSUED, TicketState.CHECKED_IN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """`tickets` are those that are good; `void` counts those that the refund has made void."""

    order: Order
    event: Event
    organizer_name: str
    tickets: tuple[Ticket, ...]
    refund: Refund | None
    void: int


async def look_up(mail: Mail, work: UnitOfWork) -> Subject:
    """`mail` is one of `ABOUT_ORDERS`. Raises LookupError where there is no such order."""
    if mail.subject_id is None:
        raise LookupError(f"mail {mail.id} says nothing about its subject")
    refund, order_id = None, OrderId(mail.subject_id)
    if mail.kind in ABOUT_REFUNDS:
        refund = await work.refunds.get(RefundId(mail.subject_id))
        if refund is None:
            raise LookupError(f"mail {mail.id} is about a refund that is not there")
        order_id = refund.order_id
    order = await work.orders.get(order_id)
    event = await work.events.get(order.event_id) if order else None
    organizer = await work.organizers.get(order.organizer_id) if order else None
    if order is None or event is None or organizer is None:
        raise LookupError(f"mail {mail.id} is about an order that is not there")
    tickets = await work.tickets.of_order(order.id)
    return Subject(
        order=order,
        event=event,
        organizer_name=organizer.name,
        tickets=tuple(ticket for ticket in tickets if ticket.state in _GOOD),
        refund=refund,
        void=len(await refunded_tickets(work, refund)) if refund else 0,
    )
