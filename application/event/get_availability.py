"""GetAvailability: what is left of each ticket type."""

from dataclasses import dataclass
from functools import partial

from application.event.access import visible_event
from application.messages import Context, Query
from application.ports.figures import Figures, RecentFigures
from application.ports.unit_of_work import Begin, UnitOfWork
from application.views.event import AvailabilityView
from shared.checks import Checks
from shared.ids import EventId

OLDEST = 60
"""Seconds: more than that nobody may ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAvailability(Query[AvailabilityView]):
    """`max_age`: how many seconds old the figures may be; None and 0 mean exact."""

    event_id: EventId
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class GetAvailabilityHandler:
    """Exact, that is read after the question was asked, unless the question allows for age. Then
    `reply.fresh_seconds` says for how long the answer stays as young as it had to be. Whether the
    caller may see the event is never a matter of age. Raises FieldInvalid, EventNotFound."""

    begin: Begin
    recent: RecentFigures

    async def __call__(self, query: GetAvailability, ctx: Context) -> AvailabilityView:
        checks = Checks()
        max_age = checks.number("max_age", query.max_age or 0, least=0, most=OLDEST)
        checks.done()
        async with self.begin(ctx) as work:
            event = await visible_event(work, query.event_id, ctx)
            if max_age == 0:
                figures = await _figures(work, event.id)
                return AvailabilityView.of(event, figures.stock, figures.as_of)
        figures, age = await self.recent.get(
            event.id,
            pools=event.pool_ids(),
            max_age=max_age,
            look=partial(self._look, event.id, ctx.request_id),
        )
        ctx.reply.fresh_seconds = max(0, int(max_age - age))
        return AvailabilityView.of(event, figures.stock, figures.as_of)

    async def _look(self, event_id: EventId, request_id: str) -> Figures:
        """For everybody who waits for it, so in nobody's name."""
        async with self.begin(Context.system(request_id)) as work:
            return await _figures(work, event_id)


async def _figures(work: UnitOfWork, event_id: EventId) -> Figures:
    stock, as_of = await work.stock.of_event(event_id)
    return Figures(stock={pool.pool_id: pool for pool in stock}, as_of=as_of)
