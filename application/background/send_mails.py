"""Sends the mails that commits have asked for: at least once, in any order."""

from dataclasses import dataclass
from datetime import timedelta

from application.errors import MailUnavailable
from application.mail.letters import AccountLetters
from application.messages import Context, Priority
from application.notification.subject import ABOUT_ORDERS, look_up
from application.notification.writing import OrderLetterWriter
from application.ports.identity import Ids, Purpose, Seals
from application.ports.mail import Letter, LetterRefused, Mailer, MailerUnavailable
from application.ports.mail_queue import Mail, MailKind
from application.ports.observer import Observer
from application.ports.unit_of_work import Begin
from application.user.proofs import ProofDesk
from domain.user.proof import ProofPurpose
from shared.errors import DatabaseUnavailable, Overloaded

_MOST_RESETS = 3
"""Open proofs of one account: nobody's mailbox is flooded through us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMails:
    """A mail under way is left alone for `lease`; one that could not be written or sent is tried
    again after `pause`, then after twice as long, and so on up to `longest_pause`, until it
    expires. It keeps no other one waiting.

    `observer` hears of each failure. Links start with `link_base`. Secrets are made, or looked up,
    here and stand nowhere but in the letter.
    """

    begin: Begin
    ids: Ids
    seals: Seals
    proofs: ProofDesk
    mailer: Mailer
    observer: Observer
    letters: AccountLetters
    orders: OrderLetterWriter
    link_base: str
    limit: int
    lease: timedelta = timedelta(minutes=5)
    pause: timedelta = timedelta(seconds=5)
    longest_pause: timedelta = timedelta(minutes=15)

    async def __call__(self) -> int:
        """Raises MailUnavailable when none could be sent, though there were some."""
        ctx = Context.system(self.ids.uuid(), priority=Priority.LIST)
        async with self.begin(ctx) as work:
            waiting = await work.mails.waiting(limit=self.limit)
            now = await work.now()
            for mail, _ in waiting:
                if now >= mail.expires_at:
                    work.mails.done(mail)
                else:
                    work.mails.postpone(mail, until=now + self.lease, failed=False)
            await work.commit(None)
        postponed = 0
        for mail, attempts in waiting:
            if now < mail.expires_at and not await self._send(mail, attempts, ctx):
                postponed += 1
        if postponed and postponed == len(waiting):
            raise MailUnavailable(metadata={"postponed": postponed})
        return len(waiting)

    async def _send(self, mail: Mail, attempts: int, ctx: Context) -> bool:
        """Whether it is done with, one way or the other."""
        try:
            letter = await self._letter(mail, ctx)
            if letter is not None:
                await self.mailer.send(letter)
        except MailerUnavailable as error:
            await self._later(mail, attempts, str(error), ctx)
            return False
        except (DatabaseUnavailable, Overloaded):
            raise
        except LetterRefused as error:
            self.observer.mail_failed(str(mail.id), mail.kind.value, str(error), final=True)
        except Exception as error:  # a bug, of which the other letters know nothing
            self.observer.failed("send_mails", ctx, error, 0)
            await self._later(mail, attempts, type(error).__name__, ctx)
            return False
        async with self.begin(ctx) as work:
            work.mails.done(mail)
            await work.commit(None)
        return True

    async def _later(self, mail: Mail, attempts: int, error: str, ctx: Context) -> None:
        self.observer.mail_failed(str(mail.id), mail.kind.value, error, final=False)
        pause = min(self.pause * 2 ** min(attempts, 16), self.longest_pause)
        async with self.begin(ctx) as work:
            work.mails.postpone(mail, until=await work.now() + pause)
            await work.commit(None)

    async def _letter(self, mail: Mail, ctx: Context) -> Letter | None:
        """None where nobody is to be written to."""
        if mail.kind in ABOUT_ORDERS:
            async with self.begin(ctx) as work:
                about = await look_up(mail, work)
            return self.orders.letter(mail, about)
        to = mail.to
        expires_in = mail.expires_at - mail.created_at  # in round figures, as it was promised
        match mail.kind:
            case MailKind.VERIFY_EMAIL if mail.subject_id is not None:
                token = self.seals.seal(Purpose.VERIFY_EMAIL, mail.subject_id)
                subject, text = self.letters.verify_email(
                    mail.name, link_base=self.link_base, token=token, expires_in=expires_in
                )
            case MailKind.INVITATION if mail.subject_id is not None:
                subject, text = self.letters.invitation(
                    organizer_name=mail.organizer_name or "",
                    inviter_name=mail.name,
                    role=mail.role or "",
                    link_base=self.link_base,
                    token=self.seals.seal(Purpose.INVITATION, mail.subject_id),
                    expires_in=expires_in,
                )
            case MailKind.PASSWORD_CHANGED:
                subject, text = self.letters.password_changed(mail.name)
            case MailKind.RESET_PASSWORD:
                written = await self._reset(mail, ctx)
                if written is None:
                    return None
                to, subject, text = written
            case _:
                raise RuntimeError(f"mail {mail.id} says nothing about its subject")
        return Letter(message_id=str(mail.id), to=to, subject=subject, text=text)

    async def _reset(self, mail: Mail, ctx: Context) -> tuple[str, str, str] | None:
        """Address, subject and text. Only now it is looked up whose address it is; the letter goes
        to the account's own: the one that was typed in is found without regard to case, and may
        be another mailbox."""
        async with self.begin(ctx) as work:
            user = await work.users.by_email(mail.to)
            if user is None or not user.active:
                return None
            now = await work.now()
            waiting = await work.proofs.unused_of(user.id, ProofPurpose.RESET_PASSWORD)
            if sum(proof.is_usable(at=now) for proof in waiting) >= _MOST_RESETS:
                return None
            proof = self.proofs.ask(work, user, ProofPurpose.RESET_PASSWORD, at=now)
            await work.commit(None)
        subject, text = self.letters.reset_password(
            user.name,
            link_base=self.link_base,
            token=self.seals.seal(Purpose.RESET_PASSWORD, proof.id),
            expires_in=proof.expires_at - now,
        )
        return user.email, subject, text
