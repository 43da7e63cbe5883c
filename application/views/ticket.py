"""Tickets as shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from domain.ticket.ticket import Ticket
from shared.ids import EventId, OrderId, TicketId, TicketTypeId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """`code` admits its bearer: treat it as a secret. `disputed`: the payer's bank claims its money
    back."""

    id: TicketId
    order_id: OrderId
    event_id: EventId
    ticket_type_id: TicketTypeId
    code: str
    state: str
    disputed: bool
    issued_at: datetime

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        return cls(
            id=ticket.id,
            order_id=ticket.order_id,
            event_id=ticket.event_id,
            ticket_type_id=ticket.ticket_type_id,
            code=ticket.code,
            state=ticket.state.value,
            disputed=ticket.disputed,
            issued_at=ticket.issued_at,
        )
