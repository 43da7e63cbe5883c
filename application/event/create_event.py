"""CreateEvent: a draft with its ticket types and pools."""

from dataclasses import dataclass
from datetime import datetime

from application.event.specs import NewPool, NewTicketType
from application.messages import Command, Context
from application.organizer.access import require_acting
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin
from application.views.event import EventView
from domain.event.event import Event, EventDetails
from shared.ids import EventId, OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateEvent(Command[EventView]):
    organizer_id: OrganizerId
    name: str
    description: str
    venue: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    currency: str
    max_per_buyer: int | None
    ticket_types: tuple[NewTicketType, ...]
    pools: tuple[NewPool, ...]


@dataclass(frozen=True, slots=True)
class CreateEventHandler:
    """Raises OrganizerNotFound (also for strangers to it), RoleMissing, FieldInvalid."""

    begin: Begin
    ids: Ids

    async def __call__(self, command: CreateEvent, ctx: Context) -> EventView:
        require_acting(command.organizer_id, ctx)
        async with self.begin(ctx) as work:
            event = Event.draft(
                id=EventId(self.ids.uuid()),
                organizer_id=command.organizer_id,
                live=ctx.actor.live,
                details=EventDetails(
                    name=command.name,
                    description=command.description,
                    venue=command.venue,
                    timezone=command.timezone,
                    starts_at=command.starts_at,
                    ends_at=command.ends_at,
                    max_per_buyer=command.max_per_buyer,
                ),
                currency=command.currency,
                pools=[pool.spec(self.ids) for pool in command.pools],
                ticket_types=[new.spec(self.ids) for new in command.ticket_types],
                at=await work.now(),
            )
            work.events.add(event)
            return await work.commit(EventView.of(event))
