"""InviteMember: ask somebody, by mail, to act for an organizer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from application.errors import RateLimited, TokenInvalid
from application.member.access import organizer_of
from application.messages import Command, Context
from application.organizer.access import require_acting
from application.ports.identity import Ids
from application.ports.mail_queue import Mail, MailKind
from application.ports.unit_of_work import Begin, UnitOfWork
from application.views.organizer import InvitationView
from domain.organizer.invitation import Invitation
from domain.organizer.organizer import Role
from domain.user.errors import EmailNotVerified
from domain.user.user import User
from shared.ids import InvitationId, MailId, OrganizerId, UserId

_WINDOW = timedelta(days=1)
_MOST, _MOST_TO_ONE = 50, 3
"""Invitations that one person makes in a day: in all, and to one address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteMember(Command[InvitationView]):
    organizer_id: OrganizerId
    email: str
    role: Role


@dataclass(frozen=True, slots=True)
class InviteMemberHandler:
    """Raises EmailNotVerified, OrganizerNotFound (also for strangers to it), RoleMissing,
    FieldInvalid, RateLimited: we write to people who never asked for it."""

    begin: Begin
    ids: Ids
    lasts: timedelta

    async def __call__(self, command: InviteMember, ctx: Context) -> InvitationView:
        require_acting(command.organizer_id, ctx)
        if not ctx.actor.email_verified:
            raise EmailNotVerified()
        async with self.begin(ctx) as work:
            inviter = await work.users.locked(ctx.user_id)  # one invitation after the other
            if inviter is None:
                raise TokenInvalid()
            organizer = await organizer_of(work, command.organizer_id, ctx)
            now = await work.now()
            await self._check_flood(work, inviter.id, command.email, now)
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

    async def _check_flood(
        self, work: UnitOfWork, user_id: UserId, email: str, now: datetime
    ) -> None:
        """Raises RateLimited."""
        recent = await work.invitations.made_by(user_id, since=now - _WINDOW)
        to_them = [each for each in recent if User.email_key(each.email) == User.email_key(email)]
        for made, most in ((recent, _MOST), (to_them, _MOST_TO_ONE)):
            if len(made) >= most:
                wait = made[-most].created_at + _WINDOW - now
                raise RateLimited(
                    retry_after=wait.total_seconds(), metadata={"limit": "invitations"}
                )
