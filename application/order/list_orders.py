"""ListOrders: what one bought; or, with `organizer_id`, what one's organizer sold.

An API key buys nothing: it always sees what its organizer sold.
"""

from dataclasses import dataclass

from application.messages import Context, Query
from application.organizer.access import require_acting
from application.paging import decode_cursor, page_limit, page_of
from application.ports.repositories import OrderFilter
from application.ports.unit_of_work import Begin
from application.views.order import OrderView
from application.views.page import Page
from domain.order.order import OrderState
from shared.ids import EventId, OrderId, OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOrders(Query[Page[OrderView]]):
    organizer_id: OrganizerId | None
    event_id: EventId | None
    state: OrderState | None
    page_size: int | None
    page_token: str | None


@dataclass(frozen=True, slots=True)
class ListOrdersHandler:
    """Newest first. Raises FieldInvalid, OrganizerNotFound (also for strangers to it),
    RoleMissing."""

    begin: Begin

    async def __call__(self, query: ListOrders, ctx: Context) -> Page[OrderView]:
        limit, cursor = page_limit(query.page_size), decode_cursor("orders", query.page_token)
        organizer_id = query.organizer_id or ctx.actor.key_organizer_id
        if organizer_id is not None:
            require_acting(organizer_id, ctx)
        async with self.begin(ctx) as work:
            now = await work.now()
            where = OrderFilter(
                at=now,
                live=ctx.actor.live,
                buyer_id=ctx.user_id if organizer_id is None else None,
                organizer_id=organizer_id,
                event_id=query.event_id,
                state=query.state,
            )
            after = (cursor[0], OrderId(cursor[1])) if cursor else None
            orders = await work.orders.page(where, after=after, limit=limit + 1)
            ids = [order.id for order in orders[:limit]]
            payments = await work.payments.latest(ids) if ids else ()
        by_order = {payment.order_id: payment for payment in payments}
        return page_of(
            "orders",
            orders,
            limit,
            place=lambda order: (order.created_at, order.id),
            show=lambda order: OrderView.of(
                order, by_order.get(order.id), reader=ctx.actor.user_id, at=now
            ),
        )
