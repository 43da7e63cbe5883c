"""Asking for proof that somebody reads the mail of an account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from application.ports.identity import Ids
from application.ports.mail_queue import Mail, MailKind
from application.ports.unit_of_work import UnitOfWork
from domain.user.proof import Proof, ProofPurpose
from domain.user.user import User
from shared.ids import MailId, ProofId

_NEWS_LAST = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofDesk:
    """`verification` and `reset`: how long such a proof can be used."""

    ids: Ids
    verification: timedelta
    reset: timedelta

    def ask(self, work: UnitOfWork, user: User, purpose: ProofPurpose, *, at: datetime) -> Proof:
        """Notes a proof; its text is made when the mail about it is written."""
        lasts = self.reset if purpose is ProofPurpose.RESET_PASSWORD else self.verification
        proof = Proof.ask(
            id=ProofId(self.ids.uuid()),
            user_id=user.id,
            purpose=purpose,
            email_key=User.email_key(user.email),
            lasts=lasts,
            at=at,
        )
        work.proofs.add(proof)
        return proof

    def ask_to_verify(self, work: UnitOfWork, user: User, *, at: datetime) -> None:
        """Notes a proof of the account's address, and the mail about it."""
        proof = self.ask(work, user, ProofPurpose.VERIFY_EMAIL, at=at)
        self._write(work, user, MailKind.VERIFY_EMAIL, proof.id, proof.expires_at, at)

    def tell_password_changed(self, work: UnitOfWork, user: User, *, at: datetime) -> None:
        """Notes a mail to whoever reads the account's address: it may not have been them."""
        self._write(work, user, MailKind.PASSWORD_CHANGED, None, at + _NEWS_LAST, at)

    def _write(
        self,
        work: UnitOfWork,
        user: User,
        kind: MailKind,
        about: UUID | None,
        expires_at: datetime,
        at: datetime,
    ) -> None:
        work.mails.add(
            Mail(
                id=MailId(self.ids.uuid()),
                kind=kind,
                to=user.email,
                subject_id=about,
                name=user.name,
                organizer_name=None,
                role=None,
                created_at=at,
                expires_at=expires_at,
            )
        )
