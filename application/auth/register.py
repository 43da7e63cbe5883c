"""Register: open an account. The first one ever is the first superuser's."""

from dataclasses import dataclass
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.ports.identity import Ids, Passwords
from application.ports.unit_of_work import Begin
from application.user.proofs import ProofDesk
from application.views.user import UserView
from domain.user.errors import EmailTaken
from domain.user.user import User
from shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(Command[UserView]):
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
    proofs: ProofDesk

    async def __call__(self, command: Register, ctx: Context) -> UserView:
        User.check_registration(command.email, command.password, command.name)
        async with self.begin(ctx) as work:
            if await work.users.by_email(command.email) is not None:
                raise EmailTaken()
        password_hash = await self.passwords.hash(command.password)
        async with self.begin(ctx) as work:
            founder = await work.users.foundable()
            now = await work.now()
            user = User.register(
                id=UserId(self.ids.uuid()),
                email=command.email,
                name=command.name,
                password_hash=password_hash,
                founder=founder,
                at=now,
            )
            work.users.add(user)
            self.proofs.ask_to_verify(work, user, at=now)
            return await work.commit(UserView.of(user))
