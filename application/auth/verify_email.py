"""VerifyEmail: prove with the token of a mail that the account's address is one's own.

By whoever is logged in to that very account: somebody who opened one with an address of somebody
else gains nothing when its owner, who is asked to confirm it, does so.
"""

from dataclasses import dataclass
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.ports.identity import Purpose, Seals
from application.ports.unit_of_work import Begin
from domain.user.errors import ProofInvalid
from domain.user.proof import ProofPurpose
from domain.user.user import User
from shared.ids import ProofId


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyEmail(Command[None]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    token: str


@dataclass(frozen=True, slots=True)
class VerifyEmailHandler:
    """Raises ProofInvalid."""

    begin: Begin
    seals: Seals

    async def __call__(self, command: VerifyEmail, ctx: Context) -> None:
        opened = self.seals.open(Purpose.VERIFY_EMAIL, command.token)
        if opened is None:
            raise ProofInvalid()
        async with self.begin(ctx) as work:
            proof = await work.proofs.get(ProofId(opened[0]))
            user = await work.users.get(ctx.user_id)
            if proof is None or proof.user_id != ctx.user_id:
                raise ProofInvalid()
            if proof.purpose is not ProofPurpose.VERIFY_EMAIL or user is None:
                raise ProofInvalid()
            now = await work.now()
            work.proofs.save(proof.use(email_key=User.email_key(user.email), at=now))
            work.users.save(user.verify_email(at=now))
            await work.commit(None)
