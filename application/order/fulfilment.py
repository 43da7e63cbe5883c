"""Confirming an order: its stock is sold and its tickets are issued with the same commit."""

from datetime import datetime

from application.ports.identity import Ids
from application.ports.unit_of_work import UnitOfWork
from domain.order.order import Order
from domain.ticket.ticket import Ticket
from shared.ids import TicketId


def confirm(work: UnitOfWork, order: Order, *, ids: Ids, at: datetime) -> Order:
    """Notes the sale and the tickets; the caller saves (or adds) the order it gets back."""
    confirmed = order.confirm(at=at)
    work.stock.sell(order.lines)
    for line in order.lines:
        for _ in range(line.quantity):
            ticket = Ticket.issue(
                id=TicketId(ids.uuid()),
                order_id=order.id,
                event_id=order.event_id,
                ticket_type_id=line.ticket_type_id,
                code=ids.ticket_code(),
                at=at,
            )
            work.tickets.add(ticket)
    return confirmed
