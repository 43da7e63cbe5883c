"""UpdateMe: change what an account says about its owner."""

from dataclasses import dataclass

from application.errors import TokenInvalid
from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.views.user import UserView


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMe(Command[UserView]):
    """None leaves it as it is."""

    name: str | None


@dataclass(frozen=True, slots=True)
class UpdateMeHandler:
    """Raises FieldInvalid."""

    begin: Begin

    async def __call__(self, command: UpdateMe, ctx: Context) -> UserView:
        async with self.begin(ctx) as work:
            user = await work.users.get(ctx.user_id)
            if user is None:
                raise TokenInvalid()
            if command.name is not None:
                user = user.rename(command.name, at=await work.now())
                work.users.save(user)
            return await work.commit(UserView.of(user))
