"""Tickets."""

from application.ticket.list_tickets import ListTickets
from application.views.page import Page
from application.views.ticket import TicketView
from grpc_app.generated.holdfast.v1.ticket_pb2 import (
    ListTicketsRequest,
    ListTicketsResponse,
    Ticket,
)
from grpc_app.mapping.shape import Shape
from grpc_app.mapping.values import timestamp
from shared.ids import OrderId


def list_tickets(request: ListTicketsRequest) -> ListTickets:
    shape = Shape(request)
    return shape.done(ListTickets(order_id=OrderId(shape.uuid("order_id"))))


def tickets(page: Page[TicketView]) -> ListTicketsResponse:
    return ListTicketsResponse(
        items=[_ticket(each) for each in page.items], next_page_token=page.next_page_token
    )


def _ticket(view: TicketView) -> Ticket:
    return Ticket(
        id=str(view.id),
        order_id=str(view.order_id),
        event_id=str(view.event_id),
        ticket_type_id=str(view.ticket_type_id),
        code=view.code,
        state=view.state,
        issued_at=timestamp(view.issued_at),
        disputed=view.disputed,
    )
