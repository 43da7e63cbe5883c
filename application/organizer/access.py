"""Who acts for an organizer."""

from application.ports.unit_of_work import UnitOfWork
from domain.organizer.errors import OrganizerNotFound
from shared.ids import OrganizerId, UserId


async def is_member(work: UnitOfWork, organizer_id: OrganizerId, user_id: UserId) -> bool:
    organizer = await work.organizers.get(organizer_id)
    return organizer is not None and organizer.has_member(user_id)


async def require_member(work: UnitOfWork, organizer_id: OrganizerId, user_id: UserId) -> None:
    """Raises OrganizerNotFound for a stranger too: not yours looks like not there."""
    if not await is_member(work, organizer_id, user_id):
        raise OrganizerNotFound()
