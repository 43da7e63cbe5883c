"""ChangeMemberRole: let a member do more, less or something else."""

from dataclasses import dataclass

from application.member.access import account_of, organizer_of
from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.views.organizer import MemberView
from domain.organizer.organizer import Role
from shared.ids import OrganizerId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMemberRole(Command[MemberView]):
    organizer_id: OrganizerId
    user_id: UserId
    role: Role


@dataclass(frozen=True, slots=True)
class ChangeMemberRoleHandler:
    """Raises OrganizerNotFound (also for strangers to it), RoleMissing, MemberNotFound,
    LastOwner."""

    begin: Begin

    async def __call__(self, command: ChangeMemberRole, ctx: Context) -> MemberView:
        async with self.begin(ctx) as work:
            organizer = await organizer_of(work, command.organizer_id, ctx)
            organizer = organizer.change_role(command.user_id, command.role, at=await work.now())
            work.organizers.save(organizer)
            user = await account_of(work, command.user_id)
            return await work.commit(MemberView.of(organizer.member(command.user_id), user))
