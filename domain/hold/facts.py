"""What happens to holds."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.facts import Fact
from shared.ids import EventId, HoldId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFact(Fact):
    hold_id: HoldId
    event_id: EventId

    @property
    def aggregate_id(self) -> UUID:
        return self.hold_id


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlaced(HoldFact):
    """Units of stock are taken for a buyer until `expires_at`."""

    buyer_id: UserId
    units: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldExtended(HoldFact):
    """They are taken for longer."""

    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOrdered(HoldFact):
    """An order was made from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldConverted(HoldFact):
    """Its order has the stock for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReleased(HoldFact):
    """It was given up; its units are back on sale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLapsed(HoldFact):
    """It expired; its units are back on sale."""
