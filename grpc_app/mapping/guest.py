"""Guests."""

from application.guest.claim_guests import ClaimGuests
from application.guest.create_guest import CreateGuest
from application.views.user import ClaimView, GuestView
from grpc_app.generated.holdfast.v1.guest_pb2 import (
    ClaimedGuests,
    ClaimGuestsRequest,
    CreateGuestRequest,
    GuestToken,
)
from grpc_app.mapping.shape import Shape


def create_guest(request: CreateGuestRequest) -> CreateGuest:
    shape = Shape(request)
    return shape.done(CreateGuest(email=shape.text("email")))


def claim_guests(request: ClaimGuestsRequest) -> ClaimGuests:
    return ClaimGuests()


def guest(view: GuestView) -> GuestToken:
    return GuestToken(
        id=str(view.id),
        access_token=view.access_token,
        token_type=view.token_type,
        expires_in=view.expires_in,
    )


def claimed(view: ClaimView) -> ClaimedGuests:
    return ClaimedGuests(guests=view.guests)
