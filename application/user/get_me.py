"""GetMe: the account that is calling."""

from dataclasses import dataclass

from application.errors import TokenInvalid
from application.messages import Context, Query
from application.ports.unit_of_work import Begin
from application.views.user import UserView


@dataclass(frozen=True, slots=True, kw_only=True)
class GetMe(Query[UserView]):
    pass


@dataclass(frozen=True, slots=True)
class GetMeHandler:
    """Raises TokenInvalid when the account of the token does not exist (any more)."""

    begin: Begin

    async def __call__(self, query: GetMe, ctx: Context) -> UserView:
        async with self.begin(ctx) as work:
            user = await work.users.get(ctx.user_id)
        if user is None:
            raise TokenInvalid()
        return UserView.of(user)
