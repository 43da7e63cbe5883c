"""Login: an access token for an e-mail address and its password."""

from dataclasses import dataclass
from typing import ClassVar

from application.errors import CredentialsInvalid
from application.messages import Access, Command, Context, KeyPolicy
from application.ports.identity import Passwords, Tokens
from application.ports.unit_of_work import Begin
from application.views.user import TokensView
from domain.user.user import PASSWORD_LONGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Login(Command[TokensView]):
    access: ClassVar[Access] = Access.ANONYMOUS
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class LoginHandler:
    """Raises CredentialsInvalid, the same and as slowly for an unknown address."""

    begin: Begin
    passwords: Passwords
    tokens: Tokens

    async def __call__(self, command: Login, ctx: Context) -> TokensView:
        if len(command.password) > PASSWORD_LONGEST:
            raise CredentialsInvalid()
        async with self.begin(ctx) as work:
            user = await work.users.by_email(command.email)
        stored = user.password_hash if user else None
        if not await self.passwords.verify(command.password, stored) or user is None:
            raise CredentialsInvalid()
        return TokensView(
            access_token=self.tokens.issue(user.id),
            token_type="Bearer",  # nosec B106  # the name of a scheme
            expires_in=self.tokens.ttl_seconds,
        )
