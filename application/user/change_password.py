"""ChangePassword: by whoever knows the present one. All other sessions of the account end."""

from dataclasses import dataclass
from typing import ClassVar

from application.auth.ending import end_sessions
from application.auth.guard import PasswordGuard
from application.errors import CredentialsInvalid, TokenInvalid
from application.messages import Command, Context, KeyPolicy
from application.ports.identity import Passwords
from application.ports.unit_of_work import Begin
from application.user.proofs import ProofDesk
from application.views.user import UserView
from domain.session.session import EndCause
from domain.user.user import PASSWORD_LONGEST, User


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword(Command[UserView]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    current_password: str
    new_password: str


@dataclass(frozen=True, slots=True)
class ChangePasswordHandler:
    """Raises FieldInvalid, CredentialsInvalid, RateLimited."""

    begin: Begin
    passwords: Passwords
    guard: PasswordGuard
    proofs: ProofDesk

    async def __call__(self, command: ChangePassword, ctx: Context) -> UserView:
        User.check_new_password(command.new_password)
        async with self.begin(ctx) as work:
            user = await work.users.get(ctx.user_id)
        if user is None:
            raise TokenInvalid()
        if len(command.current_password) > PASSWORD_LONGEST:
            raise CredentialsInvalid()
        counters = await self.guard.attempt(user.email, ctx)
        if not await self.passwords.verify(command.current_password, user.password_hash):
            raise CredentialsInvalid()
        await self.guard.succeeded(counters)
        password_hash = await self.passwords.hash(command.new_password)
        async with self.begin(ctx) as work:
            await work.users.locked(user.id)  # nobody logs in meanwhile and is overlooked
            now = await work.now()
            user = user.change_password(password_hash, at=now)
            work.users.save(user)
            await end_sessions(work, user.id, EndCause.PASSWORD, at=now, but=ctx.actor.session_id)
            self.proofs.tell_password_changed(work, user, at=now)
            return await work.commit(UserView.of(user))
