"""GetOrganizer: the public face of a seller."""

from dataclasses import dataclass

from application.messages import Context, Query
from application.ports.unit_of_work import Begin
from application.views.organizer import OrganizerView
from domain.organizer.errors import OrganizerNotFound
from shared.ids import OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class GetOrganizer(Query[OrganizerView]):
    organizer_id: OrganizerId


@dataclass(frozen=True, slots=True)
class GetOrganizerHandler:
    """Raises OrganizerNotFound."""

    begin: Begin

    async def __call__(self, query: GetOrganizer, ctx: Context) -> OrganizerView:
        async with self.begin(ctx) as work:
            organizer = await work.organizers.get(query.organizer_id)
        if organizer is None:
            raise OrganizerNotFound()
        return OrganizerView.of(organizer)
