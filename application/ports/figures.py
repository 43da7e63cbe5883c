"""Figures that may be a little old, for those who said so."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from domain.stock import Stock
from shared.ids import EventId, PoolId

FRESH_SECONDS: Final = 0.2
"""Figures so young may be shown even if something has changed since: however often that happens,
and however many ask, a process looks a few times a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The counters of an event's pools as one snapshot, true at `as_of` by the database's clock."""

    stock: Mapping[PoolId, Stock]
    as_of: datetime


Look = Callable[[], Awaitable[Figures]]
"""Reads the figures of one event as they are."""


class RecentFigures(Protocol):
    """Figures that were read for others. It knows nothing of callers: whoever asks has decided
    already that the caller may see the event."""

    async def get(
        self, event_id: EventId, *, pools: Collection[PoolId], max_age: float, look: Look
    ) -> tuple[Figures, float]:
        """Figures of at least these pools, and how many seconds ago they were looked at, at most.

        They are no older than `max_age` seconds, or were looked at after the question was asked.
        Who asks while somebody looks waits for that look, if it is or becomes good enough; so one
        look serves all. Who gives up waiting takes nothing from the others.

        Raises what `look` raises, to all who wait for it; the next to ask looks again.
        """
        ...

    async def forget(self, event_ids: Collection[EventId]) -> None:
        """Something has changed: what was looked at before is shown to nobody any more, unless it
        is younger than FRESH_SECONDS. Those who share the figures forget them too, perhaps a moment
        later. It may fail to reach some, and says nothing then: nothing they show is older than was
        asked for."""
        ...
