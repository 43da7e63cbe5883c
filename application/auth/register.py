"""Register: open an account."""

from dataclasses import dataclass
from typing import ClassVar

from application.messages import Access, Command, Context, KeyPolicy
from application.ports.identity import Ids, Passwords
from application.ports.unit_of_work import Begin
from application.views.user import UserView
from domain.user.errors import EmailTaken
from domain.user.user import User
from shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(Command[UserView]):
    access: ClassVar[Access] = Access.ANONYMOUS
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    email: str
    password: str
    name: str


@dataclass(frozen=True, slots=True)
class RegisterHandler:
    """Raises FieldInvalid, EmailTaken."""

    begin: Begin
    passwords: Passwords
    ids: Ids

    async def __call__(self, command: Register, ctx: Context) -> UserView:
        User.check_registration(command.email, command.password, command.name)
        async with self.begin(ctx) as work:
            if await work.users.by_email(command.email) is not None:
                raise EmailTaken()
        password_hash = await self.passwords.hash(command.password)
        async with self.begin(ctx) as work:
            user = User.register(
                id=UserId(self.ids.uuid()),
                email=command.email,
                name=command.name,
                password_hash=password_hash,
                at=await work.now(),
            )
            work.users.add(user)
            return await work.commit(UserView.of(user))
