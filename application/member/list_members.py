"""ListMembers: who acts for an organizer."""

from dataclasses import dataclass

from application.member.access import organizer_of
from application.messages import Context, Query
from application.ports.unit_of_work import Begin
from application.views.organizer import MemberView
from application.views.page import Page
from shared.ids import OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMembers(Query[Page[MemberView]]):
    organizer_id: OrganizerId


@dataclass(frozen=True, slots=True)
class ListMembersHandler:
    """All on one page, by when they joined. Raises OrganizerNotFound (also for strangers to it),
    RoleMissing."""

    begin: Begin

    async def __call__(self, query: ListMembers, ctx: Context) -> Page[MemberView]:
        async with self.begin(ctx) as work:
            organizer = await organizer_of(work, query.organizer_id, ctx)
            users = await work.users.many([member.user_id for member in organizer.members])
        by_id = {user.id: user for user in users}
        return Page(
            items=tuple(
                MemberView.of(member, by_id[member.user_id])
                for member in organizer.members
                if member.user_id in by_id
            ),
            next_page_token="",  # nosec B106: there is no further page
        )
