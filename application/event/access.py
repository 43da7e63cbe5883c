"""Which events a user sees, and which they may change."""

from application.organizer.access import is_member
from application.ports.unit_of_work import UnitOfWork
from domain.event.errors import EventNotFound
from domain.event.event import Event
from domain.organizer.errors import NotAMember
from shared.errors import Conflict
from shared.ids import EventId, UserId


async def visible_event(work: UnitOfWork, event_id: EventId, user_id: UserId) -> Event:
    """Drafts are for members only. Raises EventNotFound."""
    event = await work.events.get(event_id)
    if event is None:
        raise EventNotFound()
    if not event.is_public and not await is_member(work, event.organizer_id, user_id):
        raise EventNotFound()
    return event


async def own_event(work: UnitOfWork, event_id: EventId, user_id: UserId) -> Event:
    """An event the user may change. Raises EventNotFound where they may not even see it, and
    NotAMember where they may see but not change it."""
    event = await work.events.get(event_id)
    if event is None:
        raise EventNotFound()
    if not await is_member(work, event.organizer_id, user_id):
        if event.is_public:
            raise NotAMember()
        raise EventNotFound()
    return event


def check_version(event: Event, expected: int | None) -> None:
    """Raises Conflict when the caller saw another version. None means any."""
    if expected is not None and event.version != expected:
        raise Conflict(metadata={"version": event.version})
