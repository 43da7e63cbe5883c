"""RevokeInvitation: nobody can accept it any more."""

from dataclasses import dataclass

from application.messages import Command, Context
from application.organizer.access import require_acting
from application.ports.unit_of_work import Begin
from application.views.organizer import InvitationView
from domain.organizer.errors import InvitationNotFound
from shared.ids import InvitationId, OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeInvitation(Command[InvitationView]):
    organizer_id: OrganizerId
    invitation_id: InvitationId


@dataclass(frozen=True, slots=True)
class RevokeInvitationHandler:
    """Raises OrganizerNotFound (also for strangers to it), RoleMissing, InvitationNotFound,
    InvitationNotOpen."""

    begin: Begin

    async def __call__(self, command: RevokeInvitation, ctx: Context) -> InvitationView:
        require_acting(command.organizer_id, ctx)
        async with self.begin(ctx) as work:
            invitation = await work.invitations.get(command.invitation_id)
            if invitation is None or invitation.organizer_id != command.organizer_id:
                raise InvitationNotFound()
            now = await work.now()
            invitation = invitation.revoke(at=now)
            work.invitations.save(invitation)
            return await work.commit(InvitationView.of(invitation, at=now))
