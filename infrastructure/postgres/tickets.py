"""Tickets."""

from collections.abc import Sequence

from application.ports.repositories import TicketRepository
from application.ports.unit_of_work import StaleWrite
from domain.ticket.ticket import Ticket, TicketState
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.session import Session
from shared.ids import EventId, OrderId, TicketId, TicketTypeId

_OF_ORDER = """
    SELECT id, order_id, event_id, ticket_type_id, code, state, keeps_place, disputed, issued_at,
           version
    FROM tickets
    WHERE order_id = $1
    ORDER BY id
"""

_INSERT = """
    INSERT INTO tickets (id, order_id, event_id, ticket_type_id, code, state, issued_at, version)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[],
                         $7::timestamptz[], $8::int[])
"""

_LOCK = """
    SELECT id, version FROM tickets WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE
"""

_UPDATE = """
    UPDATE tickets
    SET state = changed.state, keeps_place = changed.keeps_place, disputed = changed.disputed,
        version = changed.version
    FROM unnest($1::uuid[], $2::text[], $3::bool[], $4::bool[], $5::int[])
         AS changed (id, state, keeps_place, disputed, version)
    WHERE tickets.id = changed.id
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
                keeps_place=row["keeps_place"],
                disputed=row["disputed"],
                issued_at=row["issued_at"],
                version=row["version"],
            )
            for row in await self._session.fetch(_OF_ORDER, order_id)
        ]

    def add(self, ticket: Ticket) -> None:
        self.notes.add(ticket.id, ticket)

    def save(self, ticket: Ticket) -> None:
        self.notes.save(ticket.id, ticket)

    async def write_saved(self) -> None:
        """Raises StaleWrite."""
        changed = self.notes.saved
        if not changed:
            return
        rows = await self._session.fetch(_LOCK, [ticket.id for ticket in changed])
        stored = {row["id"]: row["version"] for row in rows}
        if stored != {ticket.id: stored_version(ticket) for ticket in changed}:
            raise StaleWrite
        written = await self._session.execute(
            _UPDATE,
            [ticket.id for ticket in changed],
            [ticket.state.value for ticket in changed],
            [ticket.keeps_place for ticket in changed],
            [ticket.disputed for ticket in changed],
            [ticket.version for ticket in changed],
        )
        if written != len(changed):
            raise RuntimeError(f"of {len(changed)} tickets {written} were written")

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
