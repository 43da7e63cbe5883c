"""Guests."""

from application.app import GuestOperations
from grpc_app.generated.holdfast.v1 import guest_pb2 as wire
from grpc_app.generated.holdfast.v1.guest_pb2_grpc import GuestServiceServicer
from grpc_app.mapping import guest as mapping
from grpc_app.perform import perform


class GuestServicer(GuestServiceServicer):
    def __init__(self, guests: GuestOperations) -> None:
        self._guests = guests

    async def CreateGuest(
        self, request: wire.CreateGuestRequest, context: object
    ) -> wire.GuestToken:
        return mapping.guest(await perform(self._guests.create, mapping.create_guest, request))

    async def ClaimGuests(
        self, request: wire.ClaimGuestsRequest, context: object
    ) -> wire.ClaimedGuests:
        return mapping.claimed(await perform(self._guests.claim, mapping.claim_guests, request))
