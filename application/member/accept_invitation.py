"""AcceptInvitation: become a member with the token of a mail, as the account it was sent to."""

from dataclasses import dataclass
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.ports.identity import Purpose, Seals
from application.ports.unit_of_work import Begin
from application.views.organizer import OwnOrganizerView
from domain.organizer.errors import InvitationNotFound
from domain.user.user import User
from shared.ids import InvitationId


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptInvitation(Command[OwnOrganizerView]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    token: str


@dataclass(frozen=True, slots=True)
class AcceptInvitationHandler:
    """Raises InvitationNotFound (also for one to another address), InvitationNotOpen,
    AlreadyMember, FieldInvalid (the organizer is full)."""

    begin: Begin
    seals: Seals

    async def __call__(self, command: AcceptInvitation, ctx: Context) -> OwnOrganizerView:
        opened = self.seals.open(Purpose.INVITATION, command.token)
        if opened is None or ctx.actor.email is None:
            raise InvitationNotFound()
        invitation_id = InvitationId(opened[0])
        async with self.begin(ctx) as work:
            invitation = await work.invitations.get(invitation_id)
        if invitation is None or User.email_key(invitation.email) != User.email_key(
            ctx.actor.email
        ):
            raise InvitationNotFound()
        # The invitation lets its bearer through the organizer's wall; who reads it again there
        # decides by what is committed then.
        inside = ctx.acting_for(invitation.organizer_id, invitation.role)
        async with self.begin(inside) as work:
            invitation = await work.invitations.get(invitation_id)
            organizer = await work.organizers.get(invitation.organizer_id) if invitation else None
            if invitation is None or organizer is None:
                raise InvitationNotFound()
            now = await work.now()
            work.invitations.save(invitation.accept(ctx.user_id, at=now))
            organizer = organizer.join(ctx.user_id, invitation.role, at=now)
            work.organizers.save(organizer)
            return await work.commit(OwnOrganizerView.of(organizer, invitation.role))
