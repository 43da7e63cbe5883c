"""REST: buy without an account."""

from starlette.responses import Response

from api.answers import answer
from api.context import Call
from api.guest.schemas import Guest, GuestClaim, NewGuest
from api.routing import Routes
from application.app import GuestOperations
from application.guest.claim_guests import ClaimGuests
from domain.user.errors import EmailNotVerified


def add_guest_routes(routes: Routes, guests: GuestOperations) -> None:
    @routes.post(
        "/guests",
        guests.create,
        summary="Buy as a guest",
        answers=Guest,
        status=201,
        says="The guest and its token.",
    )
    async def create_guest(call: Call, body: NewGuest) -> Response:
        """A token that lasts for one purchase and sees nothing but what it buys.

        A guest made with a test key buys tests of the key's organizer.
        """
        return answer(call, await guests.create(body.command(), call.ctx), 201)

    @routes.post(
        "/guests/claim",
        guests.claim,
        summary="Claim what I bought as a guest",
        answers=GuestClaim,
        says="What became part of the account.",
        refuses=(EmailNotVerified,),
    )
    async def claim_guests(call: Call) -> Response:
        """All guests with the account's verified address, with what they hold and bought.

        Their tokens stop at once. Call it again while it answers 100.
        """
        return answer(call, await guests.claim(ClaimGuests(), call.ctx))
