"""CreateOrganizer: become a seller; the creator is its owner."""

from dataclasses import dataclass

from application.messages import Command, Context
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin
from application.views.organizer import OrganizerView
from domain.organizer.organizer import Organizer
from shared.ids import OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOrganizer(Command[OrganizerView]):
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class CreateOrganizerHandler:
    """Raises FieldInvalid, SlugTaken."""

    begin: Begin
    ids: Ids

    async def __call__(self, command: CreateOrganizer, ctx: Context) -> OrganizerView:
        async with self.begin(ctx) as work:
            organizer = Organizer.create(
                id=OrganizerId(self.ids.uuid()),
                name=command.name,
                slug=command.slug,
                owner=ctx.user_id,
                at=await work.now(),
            )
            work.organizers.add(organizer)
            return await work.commit(OrganizerView.of(organizer))
