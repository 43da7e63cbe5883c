"""GetUser: any account, for superusers."""

from dataclasses import dataclass

from application.messages import Context, Query
from application.ports.unit_of_work import Begin
from application.views.user import UserView
from domain.user.errors import UserNotFound
from shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class GetUser(Query[UserView]):
    user_id: UserId


@dataclass(frozen=True, slots=True)
class GetUserHandler:
    """Raises UserNotFound."""

    begin: Begin

    async def __call__(self, query: GetUser, ctx: Context) -> UserView:
        async with self.begin(ctx) as work:
            user = await work.users.get(query.user_id)
        if user is None:
            raise UserNotFound()
        return UserView.of(user)
