"""ListRefunds: the refunds of an order, for its buyer and its organizer."""

from dataclasses import dataclass

from application.messages import Context, Query
from application.order.access import visible_order
from application.ports.unit_of_work import Begin
from application.views.page import Page
from application.views.refund import RefundView
from shared.ids import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRefunds(Query[Page[RefundView]]):
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class ListRefundsHandler:
    """All of them on one page, oldest first: an order has few. Raises OrderNotFound,
    RoleMissing."""

    begin: Begin

    async def __call__(self, query: ListRefunds, ctx: Context) -> Page[RefundView]:
        async with self.begin(ctx) as work:
            order = await visible_order(work, query.order_id, ctx)
            refunds = await work.refunds.of_order(order.id)
        return Page(
            items=tuple(RefundView.of(refund) for refund in refunds),
            next_page_token="",  # nosec B106  # there is one page only
        )
