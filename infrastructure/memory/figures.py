"""Figures that this process has read lately."""

import asyncio
import time
from collections.abc import Callable, Collection
from typing import NamedTuple

from application.ports.figures import FRESH_SECONDS, Figures, Look, RecentFigures
from shared.ids import EventId, PoolId


class _Seen(NamedTuple):
    """Age is counted from before the look: they are true at that moment or later. `number` grows
    with every look."""

    figures: Figures
    began: float
    number: int


class MemoryRecentFigures(RecentFigures):
    """Remembers those of at most `most_events`: of more, the ones that were looked at first are
    forgotten."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, most_events: int = 1_000
    ) -> None:
        """`clock` tells seconds and never goes back."""
        self._clock = clock
        self._most_events = most_events
        self._begun = 0
        self._seen: dict[EventId, _Seen] = {}
        self._looks: dict[EventId, asyncio.Task[_Seen]] = {}
        # Of those two: how many looks had begun when something changed.
        self._changed: dict[EventId, int] = {}

    def __len__(self) -> int:
        """How many events' figures are remembered."""
        return len(self._seen)

    async def get(
        self, event_id: EventId, *, pools: Collection[PoolId], max_age: float, look: Look
    ) -> tuple[Figures, float]:
        before = self._begun
        seen = self._seen.get(event_id)
        # A look that began before the question may end too old, or before a pool was added; the
        # one after it cannot.
        while seen is None or not self._serves(event_id, seen, before, pools, max_age):
            look_under_way = self._look(event_id, look)
            await asyncio.wait((look_under_way,))  # which cancels it for nobody
            seen = look_under_way.result()
        return seen.figures, self._clock() - seen.began

    async def forget(self, event_ids: Collection[EventId]) -> None:
        for event_id in event_ids:
            if event_id in self._seen or event_id in self._looks:
                self._changed[event_id] = self._begun

    def _serves(
        self,
        event_id: EventId,
        seen: _Seen,
        before: int,
        pools: Collection[PoolId],
        max_age: float,
    ) -> bool:
        """`before`: how many looks had begun when the question was asked."""
        if seen.number > before:
            return True
        if seen.number <= self._changed.get(event_id, 0):
            max_age = min(max_age, FRESH_SECONDS)
        young = self._clock() - seen.began <= max_age
        return young and all(pool_id in seen.figures.stock for pool_id in pools)

    def _look(self, event_id: EventId, look: Look) -> asyncio.Task[_Seen]:
        """The look that is under way, or a new one: a task of its own, since none of those who
        wait for it may end it."""
        if event_id not in self._looks:
            task = asyncio.create_task(self._perform(event_id, look))
            task.add_done_callback(_told)
            self._looks[event_id] = task
        return self._looks[event_id]

    async def _perform(self, event_id: EventId, look: Look) -> _Seen:
        try:
            self._begun += 1
            number, began = self._begun, self._clock()
            seen = _Seen(await look(), began, number)
            self._seen.pop(event_id, None)  # so that it becomes the last of all
            self._seen[event_id] = seen
            if len(self._seen) > self._most_events:
                oldest = next(iter(self._seen))
                del self._seen[oldest]
                self._changed.pop(oldest, None)
            if self._changed.get(event_id, number) < number:
                del self._changed[event_id]
            return seen
        finally:
            del self._looks[event_id]
            if event_id not in self._seen:
                self._changed.pop(event_id, None)


def _told(look: asyncio.Task[_Seen]) -> None:
    """What a look raised is for those who wait for it; where all of them have given up, it is no
    loss, and asyncio need not complain that nobody heard."""
    if not look.cancelled():
        look.exception()
