"""ListAttention: what a machine should not decide alone, of one's organizer.

An API key always sees its own organizer's; superusers see everybody's, and the operators' own.
"""

from dataclasses import dataclass

from application.attention.access import whose
from application.messages import Context, Query
from application.paging import decode_cursor, page_limit, page_of
from application.ports.money import AttentionFilter
from application.ports.unit_of_work import Begin
from application.views.attention import AttentionView
from application.views.page import Page
from domain.attention.attention import AttentionState
from shared.ids import AttentionId, OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAttention(Query[Page[AttentionView]]):
    """None: of all organizers (superusers); in both states."""

    organizer_id: OrganizerId | None
    state: AttentionState | None
    page_size: int | None
    page_token: str | None


@dataclass(frozen=True, slots=True)
class ListAttentionHandler:
    """Oldest first. Raises FieldInvalid, OrganizerNotFound (also for strangers to it),
    RoleMissing."""

    begin: Begin

    async def __call__(self, query: ListAttention, ctx: Context) -> Page[AttentionView]:
        limit, cursor = page_limit(query.page_size), decode_cursor("attention", query.page_token)
        where = AttentionFilter(
            organizer_id=whose(query.organizer_id, ctx), live=ctx.actor.live, state=query.state
        )
        after = (cursor[0], AttentionId(cursor[1])) if cursor else None
        async with self.begin(ctx) as work:
            items = await work.attention.page(where, after=after, limit=limit + 1)
        return page_of(
            "attention",
            items,
            limit,
            place=lambda item: (item.created_at, item.id),
            show=AttentionView.of,
        )
