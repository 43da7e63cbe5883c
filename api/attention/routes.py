"""REST: what a machine should not decide alone."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from api.answers import answer
from api.attention.schemas import (
    Attention,
    AttentionIdPath,
    AttentionPage,
    AttentionSearch,
    Resolution,
)
from api.context import Call
from api.routing import Routes
from application.app import AttentionOperations
from application.errors import RoleMissing
from domain.attention.errors import AttentionNotFound, AttentionResolved
from domain.order.errors import OrderNotRefundable, RefundTooLarge
from domain.organizer.errors import OrganizerNotFound


def add_attention_routes(routes: Routes, attention: AttentionOperations) -> None:
    @routes.get(
        "/attention",
        attention.list,
        summary="List what needs attention",
        answers=AttentionPage,
        says="A page of items, oldest first.",
        refuses=(OrganizerNotFound, RoleMissing),
    )
    async def list_attention(call: Call, search: Annotated[AttentionSearch, Query()]) -> Response:
        """Refunds that failed, payments that nobody can explain, disputes: what happened, and what
        can be done about it."""
        return answer(call, await attention.list(search.query(), call.ctx))

    @routes.post(
        "/attention/{attention_id}/resolve",
        attention.resolve,
        summary="Decide about an item",
        answers=Attention,
        says="The item, resolved.",
        refuses=(
            AttentionNotFound,
            RoleMissing,
            AttentionResolved,
            OrderNotRefundable,
            RefundTooLarge,
        ),
    )
    async def resolve_attention(
        call: Call, attention_id: AttentionIdPath, body: Resolution
    ) -> Response:
        """With one of its `choices`, once. `RETRY` refunds once more; `DONE_BY_HAND` says that
        somebody did it outside of the system, and the books follow; `LOOK_AGAIN` asks the provider
        now; `DISMISS` changes nothing."""
        return answer(call, await attention.resolve(body.command(attention_id), call.ctx))
