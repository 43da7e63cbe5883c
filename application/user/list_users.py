"""ListUsers: every account, for superusers."""

from dataclasses import dataclass

from application.messages import Context, Query
from application.paging import decode_cursor, page_limit, page_of
from application.ports.unit_of_work import Begin
from application.views.page import Page
from application.views.user import UserView
from shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUsers(Query[Page[UserView]]):
    page_size: int | None
    page_token: str | None


@dataclass(frozen=True, slots=True)
class ListUsersHandler:
    """Oldest first. Raises FieldInvalid."""

    begin: Begin

    async def __call__(self, query: ListUsers, ctx: Context) -> Page[UserView]:
        limit, cursor = page_limit(query.page_size), decode_cursor("users", query.page_token)
        after = (cursor[0], UserId(cursor[1])) if cursor else None
        async with self.begin(ctx) as work:
            users = await work.users.page(after=after, limit=limit + 1)
        return page_of(
            "users",
            users,
            limit,
            place=lambda user: (user.created_at, user.id),
            show=UserView.of,
        )
