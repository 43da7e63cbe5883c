"""AddTicketType: one more thing to buy, before or during the sale."""

from dataclasses import dataclass

from application.event.access import own_event
from application.event.specs import NewTicketType
from application.messages import Command, Context
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin
from application.views.event import EventView
from shared.ids import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTicketType(Command[EventView]):
    event_id: EventId
    ticket_type: NewTicketType


@dataclass(frozen=True, slots=True)
class AddTicketTypeHandler:
    """Raises EventNotFound, NotAMember, RoleMissing, FieldInvalid, EventStateInvalid."""

    begin: Begin
    ids: Ids

    async def __call__(self, command: AddTicketType, ctx: Context) -> EventView:
        async with self.begin(ctx) as work:
            event = await own_event(work, command.event_id, ctx)
            spec = command.ticket_type.spec(self.ids)
            event = event.add_ticket_type(spec, at=await work.now())
            work.events.save(event)
            return await work.commit(EventView.of(event))
