"""ResetPassword: a new password with the token of a mail. Every session of the account ends."""

from dataclasses import dataclass
from typing import ClassVar

from application.auth.ending import end_sessions
from application.messages import Command, Context, KeyPolicy
from application.ports.identity import Passwords, Purpose, Seals
from application.ports.unit_of_work import Begin
from application.user.proofs import ProofDesk
from domain.session.session import EndCause
from domain.user.errors import ProofInvalid
from domain.user.proof import ProofPurpose
from domain.user.user import User
from shared.ids import ProofId


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPassword(Command[None]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    token: str
    new_password: str


@dataclass(frozen=True, slots=True)
class ResetPasswordHandler:
    """Raises FieldInvalid, ProofInvalid."""

    begin: Begin
    passwords: Passwords
    seals: Seals
    proofs: ProofDesk

    async def __call__(self, command: ResetPassword, ctx: Context) -> None:
        User.check_new_password(command.new_password)
        opened = self.seals.open(Purpose.RESET_PASSWORD, command.token)
        if opened is None:
            raise ProofInvalid()
        proof_id = ProofId(opened[0])
        async with self.begin(ctx) as work:
            proof = await work.proofs.get(proof_id)
            if proof is None or not proof.is_usable(at=await work.now()):
                raise ProofInvalid()  # before a hash is computed for nothing
        password_hash = await self.passwords.hash(command.new_password)
        async with self.begin(ctx) as work:
            proof = await work.proofs.get(proof_id)
            # Locked, so that nobody logs in meanwhile and is overlooked.
            user = await work.users.locked(proof.user_id) if proof else None
            if proof is None or proof.purpose is not ProofPurpose.RESET_PASSWORD or user is None:
                raise ProofInvalid()
            now = await work.now()
            email_key = User.email_key(user.email)
            work.proofs.save(proof.use(email_key=email_key, at=now))
            for other in await work.proofs.unused_of(user.id, ProofPurpose.RESET_PASSWORD):
                if other.id != proof.id and other.is_usable(at=now):
                    work.proofs.save(other.use(email_key=other.email_key, at=now))
            # Whoever reads the mail of an address has proved that it is theirs.
            user = user.change_password(password_hash, at=now).verify_email(at=now)
            work.users.save(user)
            await end_sessions(work, user.id, EndCause.PASSWORD, at=now)
            self.proofs.tell_password_changed(work, user, at=now)
            await work.commit(None)
