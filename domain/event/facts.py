"""What happens to events."""

from dataclasses import dataclass
from uuid import UUID

from shared.facts import Fact
from shared.ids import EventId, OrganizerId, TicketTypeId


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFact(Fact):
    event_id: EventId
    organizer_id: OrganizerId

    @property
    def aggregate_id(self) -> UUID:
        return self.event_id


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCreated(EventFact):
    """An organizer plans it; nobody else sees it yet."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventUpdated(EventFact):
    """Names the fields that changed."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTypeAdded(EventFact):
    """It sells another kind of ticket."""

    ticket_type_id: TicketTypeId


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPublished(EventFact):
    """It is on sale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventClosed(EventFact):
    """Its sale has ended; what was sold stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCancelled(EventFact):
    """It does not take place: its tickets are void and its money goes back."""
