"""UpdateEvent: change what is said of an event."""

from dataclasses import dataclass, replace
from datetime import datetime

from application.event.access import check_version, own_event
from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.views.event import EventView
from shared.ids import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateEvent(Command[EventView]):
    """What is None stays as it is; `max_per_buyer` 0 takes the limit away, and
    `offline_payment_hours` 0 takes offline payment out of the offer.

    `expected_version` makes the change conditional (If-Match).
    """

    event_id: EventId
    expected_version: int | None
    name: str | None
    description: str | None
    venue: str | None
    timezone: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    max_per_buyer: int | None
    offline_payment_hours: int | None = None


@dataclass(frozen=True, slots=True)
class UpdateEventHandler:
    """Raises EventNotFound, NotAMember, RoleMissing, Conflict, FieldInvalid,
    EventStateInvalid."""

    begin: Begin

    async def __call__(self, command: UpdateEvent, ctx: Context) -> EventView:
        async with self.begin(ctx) as work:
            event = await own_event(work, command.event_id, ctx)
            check_version(event, command.expected_version)
            details = event.details
            for name in ("name", "description", "venue", "timezone", "starts_at", "ends_at"):
                value = getattr(command, name)
                if value is not None:
                    details = replace(details, **{name: value})
            if command.max_per_buyer is not None:
                details = replace(details, max_per_buyer=command.max_per_buyer or None)
            if command.offline_payment_hours is not None:
                hours = command.offline_payment_hours or None
                details = replace(details, offline_payment_hours=hours)
            event = event.update(details, at=await work.now())
            if event.facts:
                work.events.save(event)
            return await work.commit(EventView.of(event))
