"""REST: the log of an organizer's facts."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from api.answers import answer
from api.context import Call
from api.fact.schemas import FactPage, FactSearch
from api.organizer.schemas import OrganizerIdPath
from api.routing import Routes
from application.app import FactOperations
from application.errors import RoleMissing
from domain.organizer.errors import OrganizerNotFound


def add_fact_routes(routes: Routes, facts: FactOperations) -> None:
    @routes.get(
        "/organizers/{organizer_id}/facts",
        facts.list,
        summary="Read the log",
        answers=FactPage,
        says="A page of facts, oldest first.",
        refuses=(OrganizerNotFound, RoleMissing),
    )
    async def list_facts(
        call: Call, organizer_id: OrganizerIdPath, search: Annotated[FactSearch, Query()]
    ) -> Response:
        """What happened to the organizer's things, in the order of the log: nothing is ever put in
        before what was read. The last page has a `next_page_token` too; ask with it again later,
        as often as you like. Test keys read of tests, all others of what is real."""
        return answer(call, await facts.list(search.query(organizer_id), call.ctx))
