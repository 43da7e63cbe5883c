"""GetOrder: an order with its latest payment, for its buyer and its organizer."""

from dataclasses import dataclass

from application.messages import Context, Query
from application.order.access import visible_order
from application.ports.unit_of_work import Begin
from application.views.order import OrderView
from shared.ids import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class GetOrder(Query[OrderView]):
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class GetOrderHandler:
    """Raises OrderNotFound, RoleMissing."""

    begin: Begin

    async def __call__(self, query: GetOrder, ctx: Context) -> OrderView:
        async with self.begin(ctx) as work:
            order = await visible_order(work, query.order_id, ctx)
            payments = await work.payments.latest([order.id])
            latest = payments[0] if payments else None
            return OrderView.of(order, latest, reader=ctx.actor.user_id, at=await work.now())
