"""ListTickets: the tickets of an order, for its buyer and its organizer."""

from dataclasses import dataclass

from application.messages import Context, Query
from application.order.access import visible_order
from application.ports.unit_of_work import Begin
from application.views.page import Page
from application.views.ticket import TicketView
from shared.ids import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTickets(Query[Page[TicketView]]):
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class ListTicketsHandler:
    """All of them on one page: an order has few. Raises OrderNotFound, RoleMissing."""

    begin: Begin

    async def __call__(self, query: ListTickets, ctx: Context) -> Page[TicketView]:
        async with self.begin(ctx) as work:
            order = await visible_order(work, query.order_id, ctx)
            tickets = await work.tickets.of_order(order.id)
        return Page(
            items=tuple(TicketView.of(ticket) for ticket in tickets),
            next_page_token="",  # nosec B106  # there is one page only
        )
