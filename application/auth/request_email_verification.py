"""RequestEmailVerification: one more mail with which to verify the account's address."""

from dataclasses import dataclass
from typing import ClassVar

from application.errors import RateLimited, TokenInvalid
from application.messages import Command, Context, KeyPolicy
from application.ports.unit_of_work import Begin
from application.user.proofs import ProofDesk
from domain.user.proof import ProofPurpose

_MOST_OPEN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEmailVerification(Command[None]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE


@dataclass(frozen=True, slots=True)
class RequestEmailVerificationHandler:
    """Does nothing where it is verified already. Raises RateLimited (too many are under way)."""

    begin: Begin
    proofs: ProofDesk

    async def __call__(self, command: RequestEmailVerification, ctx: Context) -> None:
        async with self.begin(ctx) as work:
            user = await work.users.get(ctx.user_id)
            if user is None:
                raise TokenInvalid()
            if user.email_verified:
                return
            now = await work.now()
            waiting = await work.proofs.unused_of(user.id, ProofPurpose.VERIFY_EMAIL)
            usable = [proof for proof in waiting if proof.is_usable(at=now)]
            if len(usable) >= _MOST_OPEN:
                wait = usable[0].expires_at - now
                raise RateLimited(
                    retry_after=wait.total_seconds(), metadata={"limit": "email_verifications"}
                )
            self.proofs.ask_to_verify(work, user, at=now)
            await work.commit(None)
