"""An event and its figures, read once for all who watch it at this moment."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from application.messages import Context, Priority
from application.ports.figures import Figures
from application.ports.unit_of_work import Begin
from domain.event.event import Event
from shared.ids import EventId

YOUNG_SECONDS: Final = 0.2
"""What was read so lately is read for nobody else: a few reads a second, however many watch."""
_MOST: Final = 1_000
"""Events whose last glance is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """`event` None: there is none. `began` is by the monotonic clock."""

    event: Event | None
    figures: Figures | None
    began: float


@dataclass(slots=True)
class Glances:
    """In nobody's name: whether a caller may see the event is decided by whoever asks."""

    begin: Begin
    _last: dict[EventId, Glance] = field(default_factory=dict)
    _under_way: dict[EventId, asyncio.Task[Glance]] = field(default_factory=dict)

    async def get(self, event_id: EventId, request_id: str | UUID) -> Glance:
        """One that began at most YOUNG_SECONDS before the question. Who gives up waiting takes
        nothing from the others. Raises what reading raises, to all who wait for it."""
        wanted = time.monotonic() - YOUNG_SECONDS
        while True:
            last = self._last.get(event_id)
            if last is not None and last.began >= wanted:
                return last
            under_way = self._under_way.get(event_id)
            if under_way is None:
                under_way = asyncio.create_task(self._look(event_id, str(request_id)))
                self._under_way[event_id] = under_way
            await asyncio.wait((under_way,))  # which cancels it for nobody
            glance = under_way.result()
            if glance.began >= wanted:
                return glance

    async def _look(self, event_id: EventId, request_id: str) -> Glance:
        began, figures = time.monotonic(), None
        try:
            ctx = Context.system(request_id, priority=Priority.READ)
            async with self.begin(ctx) as work:
                event = await work.events.get(event_id)
                if event is not None:
                    stock, as_of = await work.stock.of_event(event_id)
                    figures = Figures(stock={pool.pool_id: pool for pool in stock}, as_of=as_of)
            if len(self._last) >= _MOST:
                self._last.clear()
            self._last[event_id] = Glance(event=event, figures=figures, began=began)
            return self._last[event_id]
        finally:
            del self._under_way[event_id]
