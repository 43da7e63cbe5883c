"""GetAvailability: what is left of each ticket type."""

from dataclasses import dataclass

from application.event.access import visible_event
from application.messages import Context, Query
from application.ports.unit_of_work import Begin
from application.views.event import AvailabilityView
from shared.ids import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAvailability(Query[AvailabilityView]):
    event_id: EventId


@dataclass(frozen=True, slots=True)
class GetAvailabilityHandler:
    """Exact: read after the question was asked. Raises EventNotFound."""

    begin: Begin

    async def __call__(self, query: GetAvailability, ctx: Context) -> AvailabilityView:
        async with self.begin(ctx) as work:
            event = await visible_event(work, query.event_id, ctx)
            stock, as_of = await work.stock.of_event(event.id)
            return AvailabilityView.of(event, {pool.pool_id: pool for pool in stock}, as_of)
