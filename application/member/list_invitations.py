"""ListInvitations: whom an organizer has asked."""

from dataclasses import dataclass

from application.messages import Context, Query
from application.organizer.access import require_acting
from application.paging import decode_cursor, page_limit, page_of
from application.ports.unit_of_work import Begin
from application.views.organizer import InvitationView
from application.views.page import Page
from shared.ids import InvitationId, OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListInvitations(Query[Page[InvitationView]]):
    organizer_id: OrganizerId
    page_size: int | None
    page_token: str | None


@dataclass(frozen=True, slots=True)
class ListInvitationsHandler:
    """Newest first. Raises OrganizerNotFound (also for strangers to it), RoleMissing,
    FieldInvalid."""

    begin: Begin

    async def __call__(self, query: ListInvitations, ctx: Context) -> Page[InvitationView]:
        limit, cursor = page_limit(query.page_size), decode_cursor("invitations", query.page_token)
        require_acting(query.organizer_id, ctx)
        after = (cursor[0], InvitationId(cursor[1])) if cursor else None
        async with self.begin(ctx) as work:
            found = await work.invitations.page(query.organizer_id, after=after, limit=limit + 1)
            now = await work.now()
        return page_of(
            "invitations",
            found,
            limit,
            place=lambda each: (each.created_at, each.id),
            show=lambda each: InvitationView.of(each, at=now),
        )
