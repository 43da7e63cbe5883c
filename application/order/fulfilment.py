"""What an order does with stock: it takes its hold's over, and when it is confirmed, sells it and
issues the tickets with the same commit."""

from datetime import datetime

from application.ports.identity import Ids
from application.ports.unit_of_work import UnitOfWork
from domain.hold.hold import Hold
from domain.order.order import Order
from domain.ticket.ticket import Ticket
from shared.ids import TicketId


def take_over(work: UnitOfWork, order: Order, hold: Hold, *, at: datetime) -> None:
    """Notes that the stock of the hold is the order's own, or is taken once more where the hold is
    over: then the commit may raise SoldOut."""
    if hold.is_active(at=at):
        work.holds.save(hold.convert(at=at))
        return
    if hold.is_due(at=at):
        work.holds.save(hold.expire(at=at))
        work.stock.give_back(hold.lines)
    work.stock.take(order.lines)


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
