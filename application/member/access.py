"""The organizer that somebody wants to change the people of."""

from application.errors import RoleMissing
from application.messages import Context
from application.organizer.access import require_acting
from application.ports.unit_of_work import UnitOfWork
from domain.organizer.errors import MemberNotFound, OrganizerNotFound
from domain.organizer.organizer import Organizer
from domain.user.user import User
from shared.ids import OrganizerId, UserId


async def organizer_of(work: UnitOfWork, organizer_id: OrganizerId, ctx: Context) -> Organizer:
    """Raises OrganizerNotFound (also for strangers to it), RoleMissing.

    The caller's role is looked at once more, as it is now: who was removed or got another role
    after the call was admitted must not remove or invite others any more.
    """
    require_acting(organizer_id, ctx)
    organizer = await work.organizers.get(organizer_id)
    if organizer is None or not organizer.has_member(ctx.user_id):
        raise OrganizerNotFound()
    if organizer.member(ctx.user_id).role not in ctx.roles:
        raise RoleMissing()
    return organizer


async def account_of(work: UnitOfWork, user_id: UserId) -> User:
    """The account of a member. Raises MemberNotFound."""
    user = await work.users.get(user_id)
    if user is None:
        raise MemberNotFound()
    return user
