"""GrantSuperuser: make a user a superuser."""

from dataclasses import dataclass

from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.user.access import acting_superusers
from application.views.user import UserView
from domain.user.errors import UserNotFound
from shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantSuperuser(Command[UserView]):
    user_id: UserId


@dataclass(frozen=True, slots=True)
class GrantSuperuserHandler:
    """Raises AccessDenied (a superuser no longer), UserNotFound, UserInactive."""

    begin: Begin

    async def __call__(self, command: GrantSuperuser, ctx: Context) -> UserView:
        async with self.begin(ctx) as work:
            await acting_superusers(work, ctx)
            user = await work.users.get(command.user_id)
            if user is None:
                raise UserNotFound()
            now = await work.now()
            user = user.grant_superuser(at=now)
            work.users.save(user)
            return await work.commit(UserView.of(user))
