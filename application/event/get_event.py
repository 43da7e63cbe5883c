"""GetEvent: one event, drafts for members only."""

from dataclasses import dataclass

from application.event.access import visible_event
from application.messages import Context, Query
from application.ports.unit_of_work import Begin
from application.views.event import EventView
from shared.ids import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class GetEvent(Query[EventView]):
    event_id: EventId


@dataclass(frozen=True, slots=True)
class GetEventHandler:
    """Raises EventNotFound."""

    begin: Begin

    async def __call__(self, query: GetEvent, ctx: Context) -> EventView:
        async with self.begin(ctx) as work:
            return EventView.of(await visible_event(work, query.event_id, ctx))
