"""ListApiKeys: the keys of an organizer, without what is secret about them."""

from dataclasses import dataclass

from application.messages import Context, Query
from application.organizer.access import require_acting
from application.paging import decode_cursor, page_limit, page_of
from application.ports.unit_of_work import Begin
from application.views.organizer import ApiKeyView
from application.views.page import Page
from shared.ids import ApiKeyId, OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListApiKeys(Query[Page[ApiKeyView]]):
    organizer_id: OrganizerId
    page_size: int | None
    page_token: str | None


@dataclass(frozen=True, slots=True)
class ListApiKeysHandler:
    """Newest first. Raises OrganizerNotFound (also for strangers to it), RoleMissing,
    FieldInvalid."""

    begin: Begin

    async def __call__(self, query: ListApiKeys, ctx: Context) -> Page[ApiKeyView]:
        limit, cursor = page_limit(query.page_size), decode_cursor("api_keys", query.page_token)
        require_acting(query.organizer_id, ctx)
        after = (cursor[0], ApiKeyId(cursor[1])) if cursor else None
        async with self.begin(ctx) as work:
            found = await work.api_keys.page(query.organizer_id, after=after, limit=limit + 1)
        return page_of(
            "api_keys",
            found,
            limit,
            place=lambda each: (each.created_at, each.id),
            show=ApiKeyView.of,
        )
