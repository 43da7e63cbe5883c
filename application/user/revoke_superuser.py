"""RevokeSuperuser: make a superuser a user like others."""

from dataclasses import dataclass

from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.user.access import acting_superusers
from application.views.user import UserView
from domain.user.errors import UserNotFound
from shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeSuperuser(Command[UserView]):
    user_id: UserId


@dataclass(frozen=True, slots=True)
class RevokeSuperuserHandler:
    """Raises AccessDenied (a superuser no longer), UserNotFound, LastSuperuser."""

    begin: Begin

    async def __call__(self, command: RevokeSuperuser, ctx: Context) -> UserView:
        async with self.begin(ctx) as work:
            superusers = await acting_superusers(work, ctx)
            user = await work.users.get(command.user_id)
            if user is None:
                raise UserNotFound()
            now = await work.now()
            user = user.revoke_superuser(superusers=superusers, at=now)
            work.users.save(user)
            return await work.commit(UserView.of(user))
