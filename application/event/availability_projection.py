"""The consumer that makes everybody forget the figures of events whose stock has moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from application.messaging.consumer import Consumer
from application.messaging.message import Message
from application.ports.figures import RecentFigures
from shared.ids import EventId

GROUP: Final = "availability"

TYPES: Final = frozenset(
    {
        # Each of these names its event.
        "event.created",
        "event.updated",
        "event.ticket_type_added",
        "event.published",
        "event.closed",
        "event.cancelled",
        "hold.created",
        "hold.released",
        "hold.expired",
        "order.committed",
        "order.confirmed",
        "order.failed",
        "ticket.voided",
    }
)
"""Whatever moves a counter that GetAvailability shows, or may."""


@dataclass(frozen=True, slots=True)
class ForgetFigures:
    """A projection. What is forgotten is read again when somebody asks: it can neither be wrong
    about an event nor be done too often."""

    recent: RecentFigures

    async def __call__(self, messages: Sequence[Message]) -> None:
        named = (message.payload.get("event_id") for message in messages)
        await self.recent.forget({EventId(UUID(each)) for each in named if isinstance(each, str)})


def availability_consumer(recent: RecentFigures) -> Consumer:
    """Not woken for each fact: figures that may be old may be a second behind."""
    return Consumer(group=GROUP, types=TYPES, projection=ForgetFigures(recent), woken=False)
