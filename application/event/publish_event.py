"""PublishEvent: put a draft on sale."""

from dataclasses import dataclass

from application.event.access import own_event
from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.views.event import EventView
from shared.ids import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishEvent(Command[EventView]):
    event_id: EventId


@dataclass(frozen=True, slots=True)
class PublishEventHandler:
    """Raises EventNotFound, NotAMember, RoleMissing, EventStateInvalid, EventIncomplete."""

    begin: Begin

    async def __call__(self, command: PublishEvent, ctx: Context) -> EventView:
        async with self.begin(ctx) as work:
            event = await own_event(work, command.event_id, ctx)
            event = event.publish(at=await work.now())
            work.events.save(event)
            return await work.commit(EventView.of(event))
