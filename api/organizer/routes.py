"""REST: sellers."""

from starlette.responses import Response

from api.answers import answer, created
from api.context import Call
from api.organizer.schemas import NewOrganizer, Organizer, OrganizerIdPath, OwnOrganizerPage
from api.routing import PREFIX, Routes
from application.app import OrganizerOperations
from application.organizer.get_organizer import GetOrganizer
from application.organizer.list_organizers import ListOrganizers
from domain.organizer.errors import OrganizerNotFound, SlugTaken


def add_organizer_routes(routes: Routes, organizers: OrganizerOperations) -> None:
    @routes.post(
        "/organizers",
        organizers.create,
        summary="Become an organizer",
        answers=Organizer,
        status=201,
        says="The new organizer.",
        refuses=(SlugTaken,),
    )
    async def create_organizer(call: Call, body: NewOrganizer) -> Response:
        """Whoever creates an organizer is its owner and may sell in its name."""
        organizer = await organizers.create(body.command(), call.ctx)
        return created(call, organizer, f"{PREFIX}/organizers/{organizer.id}")

    @routes.get(
        "/organizers",
        organizers.list,
        summary="List my organizers",
        answers=OwnOrganizerPage,
        says="All of them, oldest first.",
    )
    async def list_organizers(call: Call) -> Response:
        """Those one acts for, with one's role."""
        return answer(call, await organizers.list(ListOrganizers(), call.ctx))

    @routes.get(
        "/organizers/{organizer_id}",
        organizers.get,
        summary="Get an organizer",
        answers=Organizer,
        says="The organizer.",
        refuses=(OrganizerNotFound,),
    )
    async def get_organizer(call: Call, organizer_id: OrganizerIdPath) -> Response:
        """What everybody may know of a seller."""
        query = GetOrganizer(organizer_id=organizer_id)
        return answer(call, await organizers.get(query, call.ctx))
