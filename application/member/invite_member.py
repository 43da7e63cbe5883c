"""InviteMember: ask somebody, by mail, to act for an organizer."""

from dataclasses import dataclass
from datetime import timedelta

from application.member.access import account_of, organizer_of
from application.messages import Command, Context
from application.ports.identity import Ids
from application.ports.mail_queue import Mail, MailKind
from application.ports.unit_of_work import Begin
from application.views.organizer import InvitationView
from domain.organizer.invitation import Invitation
from domain.organizer.organizer import Role
from shared.ids import InvitationId, MailId, OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteMember(Command[InvitationView]):
    organizer_id: OrganizerId
    email: str
    role: Role


@dataclass(frozen=True, slots=True)
class InviteMemberHandler:
    """Raises OrganizerNotFound (also for strangers to it), RoleMissing, FieldInvalid."""

    begin: Begin
    ids: Ids
    lasts: timedelta

    async def __call__(self, command: InviteMember, ctx: Context) -> InvitationView:
        async with self.begin(ctx) as work:
            organizer = await organizer_of(work, command.organizer_id, ctx)
            inviter = await account_of(work, ctx.user_id)
            now = await work.now()
            invitation = Invitation.invite(
                id=InvitationId(self.ids.uuid()),
                organizer_id=organizer.id,
                email=command.email,
                role=command.role,
                by=inviter.id,
                lasts=self.lasts,
                at=now,
            )
            work.invitations.add(invitation)
            work.mails.add(
                Mail(
                    id=MailId(self.ids.uuid()),
                    kind=MailKind.INVITATION,
                    to=invitation.email,
                    subject_id=invitation.id,
                    name=inviter.name,
                    organizer_name=organizer.name,
                    role=invitation.role.value,
                    created_at=now,
                    expires_at=invitation.expires_at,
                )
            )
            return await work.commit(InvitationView.of(invitation, at=now))
