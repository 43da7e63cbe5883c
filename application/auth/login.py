"""Login: an access token and a refresh token for an e-mail address and its password."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from application.auth.guard import PasswordGuard
from application.auth.issue import TokenIssuer
from application.errors import CredentialsInvalid
from application.messages import Command, Context, KeyPolicy
from application.ports.identity import Ids, Passwords
from application.ports.unit_of_work import Begin
from application.views.user import TokensView
from domain.session.session import Session
from domain.user.user import PASSWORD_LONGEST
from shared.ids import SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Login(Command[TokensView]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class LoginHandler:
    """Raises CredentialsInvalid, the same and as slowly for an unknown address or a deactivated
    account; RateLimited after too many of them."""

    begin: Begin
    passwords: Passwords
    guard: PasswordGuard
    issuer: TokenIssuer
    ids: Ids
    lasts: timedelta

    async def __call__(self, command: Login, ctx: Context) -> TokensView:
        if len(command.password) > PASSWORD_LONGEST:
            raise CredentialsInvalid()  # nobody has such a one: it costs nothing and counts nowhere
        counters = await self.guard.attempt(command.email, ctx)
        async with self.begin(ctx) as work:
            user = await work.users.by_email(command.email)
        stored = user.password_hash if user else None
        right = await self.passwords.verify(command.password, stored)
        if not right or user is None or not user.active:
            raise CredentialsInvalid()
        await self.guard.succeeded(counters)
        session_id = SessionId(self.ids.uuid())
        _, token_hash = self.issuer.refresh_token(session_id, 0)
        async with self.begin(ctx) as work:
            now_stored = await work.users.locked(user.id)
            if now_stored is None or (now_stored.password_hash, now_stored.active) != (
                stored,
                True,
            ):
                raise CredentialsInvalid()  # changed since the password was looked at
            session = Session.start(
                id=session_id,
                user_id=user.id,
                token_hash=token_hash,
                lasts=self.lasts,
                at=await work.now(),
            )
            work.sessions.add(session)
            await work.commit(None)
        return self.issuer.tokens_of(user.id, session)
