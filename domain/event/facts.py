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
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventUpdated(EventFact):
    """Names the fields that changed."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTypeAdded(EventFact):
    ticket_type_id: TicketTypeId


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPublished(EventFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class EventClosed(EventFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCancelled(EventFact):
    pass
