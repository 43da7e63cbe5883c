"""ListOrganizers: those one acts for, with one's role."""

from dataclasses import dataclass

from application.messages import Context, Query
from application.ports.unit_of_work import Begin
from application.views.organizer import OwnOrganizerView
from application.views.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOrganizers(Query[Page[OwnOrganizerView]]):
    pass


@dataclass(frozen=True, slots=True)
class ListOrganizersHandler:
    """All on one page, oldest first. Raises nothing of its own."""

    begin: Begin

    async def __call__(self, query: ListOrganizers, ctx: Context) -> Page[OwnOrganizerView]:
        roles = {each.organizer_id: each.role for each in ctx.actor.memberships}
        async with self.begin(ctx) as work:
            organizers = await work.organizers.many(list(roles)) if roles else ()
        found = sorted(organizers, key=lambda each: (each.created_at, each.id))
        return Page(
            items=tuple(OwnOrganizerView.of(each, roles[each.id]) for each in found),
            next_page_token="",  # nosec B106: there is no further page
        )
