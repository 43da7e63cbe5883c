"""DeactivateUser: shut an account out; its tokens stop at once."""

from dataclasses import dataclass

from application.auth.ending import end_sessions
from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.user.access import acting_superusers
from application.views.user import UserView
from domain.session.session import EndCause
from domain.user.errors import UserNotFound
from shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeactivateUser(Command[UserView]):
    user_id: UserId


@dataclass(frozen=True, slots=True)
class DeactivateUserHandler:
    """Raises AccessDenied (a superuser no longer), UserNotFound, OwnAccount, LastSuperuser."""

    begin: Begin

    async def __call__(self, command: DeactivateUser, ctx: Context) -> UserView:
        async with self.begin(ctx) as work:
            superusers = await acting_superusers(work, ctx)
            user = await work.users.locked(command.user_id)
            if user is None:
                raise UserNotFound()
            now = await work.now()
            user = user.deactivate(by=ctx.user_id, superusers=superusers, at=now)
            await end_sessions(work, user.id, EndCause.DEACTIVATION, at=now)
            work.users.save(user)
            return await work.commit(UserView.of(user))
