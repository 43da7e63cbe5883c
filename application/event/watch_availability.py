"""WatchAvailability: what is left of each ticket type, now and whenever that changes."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from application.event.access import require_visible
from application.event.glances import Glances
from application.live.stream import Watch
from application.messages import Context, Query
from application.ports.feed import event_topic
from application.views.event import AvailabilityView
from domain.event.errors import EventNotFound
from shared.ids import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchAvailability(Query[AvailabilityView]):
    event_id: EventId


@dataclass(frozen=True, slots=True)
class WatchAvailabilityHandler(Watch[WatchAvailability, AvailabilityView]):
    """The newest figures; what was true in between is told to nobody. Raises EventNotFound."""

    glances: Glances
    # Longer than glances stay young: what a hint is about is not missed.
    gap: ClassVar[timedelta] = timedelta(milliseconds=250)
    pause: ClassVar[timedelta] = timedelta(seconds=1)

    async def __call__(self, query: WatchAvailability, ctx: Context) -> AvailabilityView:
        glance = await self.glances.get(query.event_id, ctx.request_id)
        event, figures = require_visible(glance.event, ctx), glance.figures
        if figures is None:
            raise EventNotFound()
        return AvailabilityView.of(event, figures.stock, figures.as_of)

    def topic(self, query: WatchAvailability) -> str:
        return event_topic(query.event_id)

    def is_news(
        self, view: AvailabilityView, *, told: AvailabilityView | None, query: WatchAvailability
    ) -> bool:
        return told is None or view.ticket_types != told.ticket_types

    def next(self, query: WatchAvailability, told: AvailabilityView) -> WatchAvailability | None:
        return query
