"""What happens to tickets. The code is a secret of its holder and never part of a fact."""

from dataclasses import dataclass
from uuid import UUID

from shared.facts import Fact
from shared.ids import EventId, OrderId, TicketId, TicketTypeId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketIssued(Fact):
    ticket_id: TicketId
    order_id: OrderId
    event_id: EventId
    ticket_type_id: TicketTypeId

    @property
    def aggregate_id(self) -> UUID:
        return self.ticket_id
