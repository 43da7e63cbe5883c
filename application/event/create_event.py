"""CreateEvent: a draft with its ticket types and pools."""

from dataclasses import dataclass
from datetime import datetime

from application.event.fees import Fees
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
    offline_payment_hours: int | None = None
    prices_include_tax: bool = True
    pass_on_fees: bool = False
    ticket_types: tuple[NewTicketType, ...]
    pools: tuple[NewPool, ...]


@dataclass(frozen=True, slots=True)
class CreateEventHandler:
    """Raises OrganizerNotFound (also for strangers to it), RoleMissing, FieldInvalid."""

    begin: Begin
    ids: Ids
    fees: Fees

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
                    offline_payment_hours=command.offline_payment_hours,
                ),
                currency=command.currency,
                prices_include_tax=command.prices_include_tax,
                fee=self.fees.of(command.currency, passed_on=command.pass_on_fees),
                pools=[pool.spec(self.ids) for pool in command.pools],
                ticket_types=[new.spec(self.ids) for new in command.ticket_types],
                at=await work.now(),
            )
            work.events.add(event)
            return await work.commit(EventView.of(event))
