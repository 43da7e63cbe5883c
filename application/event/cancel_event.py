"""CancelEvent: it does not take place; nothing more is sold."""

from dataclasses import dataclass

from application.event.access import own_event
from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.views.event import EventView
from shared.ids import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelEvent(Command[EventView]):
    event_id: EventId


@dataclass(frozen=True, slots=True)
class CancelEventHandler:
    """Raises EventNotFound, NotAMember, RoleMissing, EventStateInvalid."""

    begin: Begin

    async def __call__(self, command: CancelEvent, ctx: Context) -> EventView:
        async with self.begin(ctx) as work:
            event = await own_event(work, command.event_id, ctx)
            event = event.cancel(at=await work.now())
            work.events.save(event)
            return await work.commit(EventView.of(event))
