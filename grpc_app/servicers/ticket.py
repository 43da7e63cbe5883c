"""Tickets."""

from application.app import TicketOperations
from grpc_app.generated.holdfast.v1 import ticket_pb2 as wire
from grpc_app.generated.holdfast.v1.ticket_pb2_grpc import TicketServiceServicer
from grpc_app.mapping import ticket as mapping
from grpc_app.perform import perform


class TicketServicer(TicketServiceServicer):
    def __init__(self, tickets: TicketOperations) -> None:
        self._tickets = tickets

    async def ListTickets(
        self, request: wire.ListTicketsRequest, context: object
    ) -> wire.ListTicketsResponse:
        return mapping.tickets(await perform(self._tickets.list, mapping.list_tickets, request))
