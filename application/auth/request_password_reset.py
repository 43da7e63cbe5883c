"""RequestPasswordReset: a mail with which the account's owner chooses a new password.

Whether there is such an account is found out when the mail is written, in the background: neither
the answer nor its time tells.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.ports.identity import Ids
from application.ports.mail_queue import Mail, MailKind
from application.ports.unit_of_work import Begin
from shared.checks import Checks
from shared.ids import MailId

_ASKED_FOR = timedelta(minutes=30)
"""Whoever asked does not wait any longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPasswordReset(Command[None]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    email: str


@dataclass(frozen=True, slots=True)
class RequestPasswordResetHandler:
    """Raises FieldInvalid."""

    begin: Begin
    ids: Ids

    async def __call__(self, command: RequestPasswordReset, ctx: Context) -> None:
        checks = Checks()
        email = checks.email("email", command.email)
        checks.done()
        async with self.begin(ctx) as work:
            now = await work.now()
            work.mails.add(
                Mail(
                    id=MailId(self.ids.uuid()),
                    kind=MailKind.RESET_PASSWORD,
                    to=email,
                    subject_id=None,
                    name="",
                    organizer_name=None,
                    role=None,
                    created_at=now,
                    expires_at=now + _ASKED_FOR,
                )
            )
            await work.commit(None)
