"""The ticket: one admission right, with its own unguessable code."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from domain.lifecycle import Lifecycle
from domain.ticket.facts import TicketIssued
from shared.facts import Aggregate
from shared.ids import EventId, OrderId, TicketId, TicketTypeId

SHORTEST_CODE = 22
"""Characters of base64url for 128 bits."""


class TicketState(Enum):
    ISSUED = "ISSUED"
    CHECKED_IN = "CHECKED_IN"
    VOID = "VOID"
    TRANSFERRED = "TRANSFERRED"


LIFECYCLE = Lifecycle(
    name="Ticket",
    transitions={
        TicketState.ISSUED: frozenset(
            {TicketState.CHECKED_IN, TicketState.VOID, TicketState.TRANSFERRED}
        ),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket(Aggregate):
    """Exists only for a confirmed order; its unit is sold stock."""

    id: TicketId
    order_id: OrderId
    event_id: EventId
    ticket_type_id: TicketTypeId
    code: str
    state: TicketState
    issued_at: datetime

    @staticmethod
    def issue(
        *,
        id: TicketId,
        order_id: OrderId,
        event_id: EventId,
        ticket_type_id: TicketTypeId,
        code: str,
        at: datetime,
    ) -> "Ticket":
        if len(code) < SHORTEST_CODE:
            raise RuntimeError("a ticket code must carry at least 128 bits")
        issued = TicketIssued(
            ticket_id=id,
            order_id=order_id,
            event_id=event_id,
            ticket_type_id=ticket_type_id,
            occurred_at=at,
        )
        return Ticket(
            id=id,
            order_id=order_id,
            event_id=event_id,
            ticket_type_id=ticket_type_id,
            code=code,
            state=TicketState.ISSUED,
            issued_at=at,
            facts=(issued,),
        )
