"""Which events a caller sees, and which it may change."""

from application.errors import RoleMissing
from application.messages import Context
from application.organizer.access import acts_for, is_inside
from application.ports.unit_of_work import UnitOfWork
from domain.event.errors import EventNotFound
from domain.event.event import Event
from domain.organizer.errors import NotAMember
from shared.errors import Conflict
from shared.ids import EventId


async def visible_event(work: UnitOfWork, event_id: EventId, ctx: Context) -> Event:
    """Drafts are for members only, tests for test keys and their guests. Raises EventNotFound."""
    return require_visible(await work.events.get(event_id), ctx)


def require_visible(event: Event | None, ctx: Context) -> Event:
    """The same of what was read before, or was not there. Raises EventNotFound."""
    if event is None or not _in_mode(event, ctx):
        raise EventNotFound()
    if not event.is_public and not is_inside(event.organizer_id, ctx):
        raise EventNotFound()
    return event


async def own_event(work: UnitOfWork, event_id: EventId, ctx: Context) -> Event:
    """An event the caller may change. Raises EventNotFound where it may not even be seen, else
    NotAMember for a stranger and RoleMissing for a member whose role does not allow this."""
    event = await visible_event(work, event_id, ctx)
    if not acts_for(event.organizer_id, ctx):
        raise RoleMissing() if is_inside(event.organizer_id, ctx) else NotAMember()
    return event


def _in_mode(event: Event, ctx: Context) -> bool:
    """Tests and real events never meet."""
    if ctx.actor.is_system:
        return True
    return ctx.actor.tests_of == (None if event.live else event.organizer_id)


def check_version(event: Event, expected: int | None) -> None:
    """Raises Conflict when the caller saw another version. None means any."""
    if expected is not None and event.version != expected:
        raise Conflict(metadata={"version": event.version})
