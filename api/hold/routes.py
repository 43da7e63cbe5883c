"""REST: holds, stock taken for one buyer for a while."""

from starlette.responses import Response

from api.answers import answer, created
from api.context import Call
from api.hold.schemas import FastHoldRequest, Hold, HoldIdPath, HoldRequest
from api.routing import PREFIX, Fast, Routes
from application.app import HoldOperations
from application.hold.extend_hold import ExtendHold
from application.hold.get_hold import GetHold
from application.hold.release_hold import ReleaseHold
from domain.event.errors import EventNotFound, EventNotOnSale, TicketTypeNotFound
from domain.hold.errors import (
    ExtensionLimitReached,
    HoldExpired,
    HoldHasOrder,
    HoldNotActive,
    HoldNotFound,
)
from domain.stock import LimitReached, SoldOut


def add_hold_routes(routes: Routes, holds: HoldOperations) -> None:
    @routes.post(
        "/holds",
        holds.create,
        summary="Hold tickets",
        answers=Hold,
        status=201,
        says="The tickets are held until `expires_at`.",
        refuses=(EventNotFound, TicketTypeNotFound, EventNotOnSale, LimitReached, SoldOut),
        fast=Fast(body=FastHoldRequest),
    )
    async def create_hold(call: Call, body: HoldRequest) -> Response:
        """Takes stock for you, all lines or none. Prices are fixed now.

        A refusal names each line that could not be had. Sold out is 409, not 429: trying again
        at once does not help.
        """
        hold = await holds.create(body.command(), call.ctx)
        return created(call, hold, f"{PREFIX}/holds/{hold.id}")

    @routes.get(
        "/holds/{hold_id}",
        holds.get,
        summary="Get a hold",
        answers=Hold,
        says="The hold as it is now.",
        refuses=(HoldNotFound,),
        fast=Fast(),
    )
    async def get_hold(call: Call, hold_id: HoldIdPath) -> Response:
        """One of your own; somebody else's is not found."""
        return answer(call, await holds.get(GetHold(hold_id=hold_id), call.ctx))

    @routes.post(
        "/holds/{hold_id}/extend",
        holds.extend,
        summary="Keep a hold longer",
        answers=Hold,
        says="The hold with its new deadline.",
        refuses=(HoldNotFound, HoldExpired, HoldNotActive, ExtensionLimitReached),
    )
    async def extend_hold(call: Call, hold_id: HoldIdPath) -> Response:
        """Starts its time anew, up to a ceiling counted from its creation."""
        return answer(call, await holds.extend(ExtendHold(hold_id=hold_id), call.ctx))

    @routes.delete(
        "/holds/{hold_id}",
        holds.release,
        summary="Release a hold",
        answers=Hold,
        says="The hold, released.",
        refuses=(HoldNotFound, HoldExpired, HoldNotActive, HoldHasOrder),
    )
    async def release_hold(call: Call, hold_id: HoldIdPath) -> Response:
        """Gives the stock back at once."""
        return answer(call, await holds.release(ReleaseHold(hold_id=hold_id), call.ctx))
