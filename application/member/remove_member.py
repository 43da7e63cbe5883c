"""RemoveMember: somebody does not act for an organizer any more; everybody may leave by themselves.

Whatever they could do ends with the commit: the next call finds no membership.
"""

from dataclasses import dataclass

from application.errors import RoleMissing
from application.member.access import account_of, organizer_of
from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.views.organizer import MemberView
from domain.organizer.organizer import Role
from shared.ids import OrganizerId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMember(Command[MemberView]):
    organizer_id: OrganizerId
    user_id: UserId


@dataclass(frozen=True, slots=True)
class RemoveMemberHandler:
    """Answers the member as it was. Raises OrganizerNotFound (also for strangers to it),
    RoleMissing (only owners remove others), MemberNotFound, LastOwner."""

    begin: Begin

    async def __call__(self, command: RemoveMember, ctx: Context) -> MemberView:
        async with self.begin(ctx) as work:
            organizer = await organizer_of(work, command.organizer_id, ctx)
            role = organizer.member(ctx.user_id).role
            if role is not Role.OWNER and command.user_id != ctx.user_id:
                raise RoleMissing()
            member = organizer.member(command.user_id)
            user = await account_of(work, command.user_id)
            work.organizers.save(organizer.remove(command.user_id, at=await work.now()))
            return await work.commit(MemberView.of(member, user))
