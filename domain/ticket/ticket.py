"""The ticket: one admission right, with its own unguessable code."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from domain.lifecycle import Lifecycle
from domain.ticket.facts import TicketDisputed, TicketDisputeEnded, TicketIssued, TicketVoided
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
    """Exists only for a confirmed order; its unit is sold stock.

    `keeps_place`: it is void, but its place was not put on sale again and still counts as sold.
    `disputed`: the payer's bank claims its money back.
    """

    id: TicketId
    order_id: OrderId
    event_id: EventId
    ticket_type_id: TicketTypeId
    code: str
    state: TicketState
    keeps_place: bool = False
    disputed: bool = False
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

    @property
    def is_sold(self) -> bool:
        """Whether its unit counts as sold."""
        return self.state is not TicketState.VOID or self.keeps_place

    def void(self, *, return_place: bool, at: datetime) -> "Ticket":
        """Who saves it gives its place back where that is wanted."""
        LIFECYCLE.require(self.state, TicketState.VOID)
        fact = TicketVoided(
            ticket_id=self.id,
            order_id=self.order_id,
            event_id=self.event_id,
            returned=return_place,
            occurred_at=at,
        )
        return self._changed(fact, state=TicketState.VOID, keeps_place=not return_place)

    def flag(self, disputed: bool, *, at: datetime) -> "Ticket":
        """Notes that its money is claimed back, or is not any more."""
        if disputed == self.disputed:
            return self
        kind = TicketDisputed if disputed else TicketDisputeEnded
        fact = kind(
            ticket_id=self.id, order_id=self.order_id, event_id=self.event_id, occurred_at=at
        )
        return self._changed(fact, disputed=disputed)
