"""Tickets."""

from collections.abc import Sequence

from application.ports.repositories import TicketRepository
from domain.ticket.ticket import Ticket, TicketState
from infrastructure.postgres.notes import Notes
from infrastructure.postgres.session import Session
from shared.ids import EventId, OrderId, TicketId, TicketTypeId

_OF_ORDER = """
    SELECT id, order_id, event_id, ticket_type_id, code, state, issued_at, version
    FROM tickets
    WHERE order_id = $1
    ORDER BY id
"""

_INSERT = """
    INSERT INTO tickets (id, order_id, event_id, ticket_type_id, code, state, issued_at, version)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[],
                         $7::timestamptz[], $8::int[])
"""


class PostgresTicketRepository(TicketRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self.notes: Notes[Ticket] = Notes()

    async def of_order(self, order_id: OrderId) -> Sequence[Ticket]:
        return [
            Ticket(
                id=TicketId(row["id"]),
                order_id=OrderId(row["order_id"]),
                event_id=EventId(row["event_id"]),
                ticket_type_id=TicketTypeId(row["ticket_type_id"]),
                code=row["code"],
                state=TicketState(row["state"]),
                issued_at=row["issued_at"],
                version=row["version"],
            )
            for row in await self._session.fetch(_OF_ORDER, order_id)
        ]

    def add(self, ticket: Ticket) -> None:
        self.notes.add(ticket.id, ticket)

    async def write(self) -> None:
        issued = self.notes.added
        if not issued:
            return
        await self._session.execute(
            _INSERT,
            [ticket.id for ticket in issued],
            [ticket.order_id for ticket in issued],
            [ticket.event_id for ticket in issued],
            [ticket.ticket_type_id for ticket in issued],
            [ticket.code for ticket in issued],
            [ticket.state.value for ticket in issued],
            [ticket.issued_at for ticket in issued],
            [ticket.version for ticket in issued],
        )
