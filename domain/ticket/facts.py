"""What happens to tickets. The code is a secret of its holder and never part of a fact."""

from dataclasses import dataclass
from uuid import UUID

from shared.facts import Fact
from shared.ids import EventId, OrderId, TicketId, TicketTypeId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFact(Fact):
    ticket_id: TicketId
    order_id: OrderId
    event_id: EventId

    @property
    def aggregate_id(self) -> UUID:
        return self.ticket_id


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketIssued(TicketFact):
    """It admits its holder."""

    ticket_type_id: TicketTypeId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketVoided(TicketFact):
    """It admits nobody any more; `returned`: its place is on sale again."""

    returned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDisputed(TicketFact):
    """Its money is claimed back by the payer's bank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDisputeEnded(TicketFact):
    """Its money is no longer claimed back."""
