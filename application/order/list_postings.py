"""ListPostings: what an order did to the accounts, for its organizer."""

from dataclasses import dataclass

from application.messages import Context, Query
from application.order.access import sold_order
from application.ports.unit_of_work import Begin
from application.views.page import Page
from application.views.posting import PostingView
from shared.ids import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPostings(Query[Page[PostingView]]):
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class ListPostingsHandler:
    """All of them on one page, oldest first: an order has few. Raises OrderNotFound (also for its
    buyer), RoleMissing."""

    begin: Begin

    async def __call__(self, query: ListPostings, ctx: Context) -> Page[PostingView]:
        async with self.begin(ctx) as work:
            order = await sold_order(work, query.order_id, ctx)
            postings = await work.ledger.of_order(order.id)
        return Page(
            items=tuple(PostingView.of(posting) for posting in postings),
            next_page_token="",  # nosec B106  # there is one page only
        )
