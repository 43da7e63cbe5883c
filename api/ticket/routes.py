"""REST: the tickets of an order."""

from starlette.responses import Response

from api.answers import answer
from api.context import Call
from api.order.schemas import OrderIdPath
from api.routing import Routes
from api.ticket.schemas import TicketPage
from application.app import TicketOperations
from application.errors import RoleMissing
from application.ticket.list_tickets import ListTickets
from domain.order.errors import OrderNotFound


def add_ticket_routes(routes: Routes, tickets: TicketOperations) -> None:
    @routes.get(
        "/orders/{order_id}/tickets",
        tickets.list,
        summary="Get the tickets of an order",
        answers=TicketPage,
        says="All tickets; none before the order is confirmed.",
        refuses=(OrderNotFound, RoleMissing),
    )
    async def list_tickets(call: Call, order_id: OrderIdPath) -> Response:
        """For its buyer, and for its organizer."""
        return answer(call, await tickets.list(ListTickets(order_id=order_id), call.ctx))
