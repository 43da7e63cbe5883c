"""Figures that all processes share, and forget together when something has changed.

Beside the figures of an event stands a mark, which is another one after each change. Whoever puts
figures there says which mark they saw before they looked; if it is another by now, these figures
may be from before the change, and are not taken. Ages are counted by the server's clock alone.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple

from application.ports.figures import FRESH_SECONDS, Figures, Look, RecentFigures
from infrastructure.redis.figures_text import figures_of, text_of
from infrastructure.redis.server import Away, RedisServer
from shared.ids import EventId, PoolId

_KEPT_MS: Final = 60_000
"""Nobody may ask for older ones. Marks are kept as long: what was there before one has ended."""
_MOST: Final = 1_000
_MOST_OWED: Final = 10_000
_TOLD_AT_ONCE: Final = 500
_PAUSE_SECONDS: Final = 0.5

# KEYS: figures, mark. The answer: figures, for how many milliseconds more they are kept, mark, now.
_READ: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return {redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1]), redis.call('GET', KEYS[2]), now}
"""
# ARGV: the mark seen, figures, until when they are kept. However late this is performed: what is
# too old by then is not kept.
_KEEP: Final = """
local time = redis.call('TIME')
local left = ARGV[3] - (time[1] * 1000 + math.floor(time[2] / 1000))
if left > 0 and (redis.call('GET', KEYS[2]) or '') == ARGV[1] then
    redis.call('SET', KEYS[1], ARGV[2], 'PX', string.format('%.0f', left))
end
return false
"""
# KEYS: figures and mark of each event. ARGV: the new mark, and for how long it is kept.
_FORGET: Final = """
for i = 1, #KEYS, 2 do
    redis.call('DEL', KEYS[i])
    redis.call('SET', KEYS[i + 1], ARGV[1], 'PX', ARGV[2])
end
return false
"""


class _Found(NamedTuple):
    """`began`: when they were looked at, or earlier, by our clock; None where there are none.
    `now` is the server's clock, `asked` ours."""

    figures: Figures | None
    began: float
    mark: bytes
    now: int
    asked: float


class RedisRecentFigures(RecentFigures):
    """One trip each FRESH_SECONDS for an event that is asked for. While the server is away, every
    process remembers by itself."""

    def __init__(
        self,
        server: RedisServer,
        *,
        prefix: str,
        own: RecentFigures,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`own` are this process's: looks for many at once, and what is remembered without the
        server. `clock` tells the same seconds to both."""
        self._prefix = prefix
        self._own = own
        self._clock = clock
        self._read = server.script(_READ)
        self._keep = server.script(_KEEP)
        self._forget = server.script(_FORGET)
        self._found: dict[EventId, _Found] = {}
        self._away_until = 0.0
        self._owed: dict[EventId, float] = {}
        self._telling: asyncio.Task[None] | None = None
        self._asking: dict[EventId, asyncio.Task[_Found | None]] = {}

    async def get(
        self, event_id: EventId, *, pools: Collection[PoolId], max_age: float, look: Look
    ) -> tuple[Figures, float]:
        found = self._found.get(event_id)
        if found is None or self._clock() - found.asked > FRESH_SECONDS:
            found = await self._ask(event_id) if self._clock() >= self._away_until else None
        if found is not None:
            figures, age = found.figures, self._clock() - found.began
            if figures is not None and age <= max_age and figures.stock.keys() >= set(pools):
                return figures, age
            look = partial(self._look, event_id, found, look)
        return await self._own.get(event_id, pools=pools, max_age=max_age, look=look)

    async def forget(self, event_ids: Collection[EventId]) -> None:
        """What the server was not told now it is told later, as long as it may have figures from
        before."""
        await self._own.forget(event_ids)
        until = self._clock() + _KEPT_MS / 1000
        for event_id in event_ids:
            self._found.pop(event_id, None)
            self._owed.pop(event_id, None)  # so that it becomes the last of all
            self._owed[event_id] = until
        await self._tell()
        if self._owed and self._telling is None:
            self._telling = asyncio.create_task(self._tell_later(), name="telling Redis")

    async def close(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.wait((self._telling,))

    async def _tell(self) -> None:
        now = self._clock()
        for event_id in [each for each, until in self._owed.items() if until <= now]:
            del self._owed[event_id]
        told = dict(islice(self._owed.items(), _TOLD_AT_ONCE))
        while told:
            keys = [key for event_id in told for key in self._keys(event_id)]
            try:
                await self._forget(keys, [uuid.uuid4().hex, _KEPT_MS])
            except Away:
                break
            for event_id, until in told.items():
                if self._owed.get(event_id) == until:
                    del self._owed[event_id]
            told = dict(islice(self._owed.items(), _TOLD_AT_ONCE))
        while len(self._owed) > _MOST_OWED:
            del self._owed[next(iter(self._owed))]

    async def _tell_later(self) -> None:
        try:
            while self._owed:
                await asyncio.sleep(_PAUSE_SECONDS)
                await self._tell()
        finally:
            self._telling = None

    async def _ask(self, event_id: EventId) -> _Found | None:
        """All who want the same ask once; who gives up takes nothing from the others."""
        asking = self._asking.get(event_id)
        if asking is None:
            asking = self._asking[event_id] = asyncio.create_task(self._fetch(event_id))
        await asyncio.wait((asking,))  # which cancels it for nobody
        return asking.result()

    async def _fetch(self, event_id: EventId) -> _Found | None:
        try:
            asked = self._clock()
            answer = await _unless_away(self._read(self._keys(event_id)))
            if answer is None:
                self._found.pop(event_id, None)
                self._away_until = self._clock() + FRESH_SECONDS
                return None
            text, left_ms, mark, now = answer
            age = max(0, _KEPT_MS - left_ms) / 1000
            found = _Found(figures_of(text), asked - age, mark or b"", now, asked)
            before = self._found.get(event_id)
            if before is None or before.mark != found.mark:
                await self._own.forget((event_id,))
            self._remember(event_id, found)
            return found
        finally:
            del self._asking[event_id]

    async def _look(self, event_id: EventId, found: _Found, look: Look) -> Figures:
        began = self._clock()
        figures = await look()
        args = [found.mark, text_of(figures), found.now + _KEPT_MS]
        await _unless_away(self._keep(self._keys(event_id), args))
        latest = self._found.get(event_id)
        if latest is not None and latest.mark == found.mark:
            self._remember(event_id, latest._replace(figures=figures, began=began))
        return figures

    def _remember(self, event_id: EventId, found: _Found) -> None:
        self._found.pop(event_id, None)  # so that it becomes the last of all
        self._found[event_id] = found
        if len(self._found) > _MOST:
            del self._found[next(iter(self._found))]

    def _keys(self, event_id: EventId) -> list[str]:
        return [f"{self._prefix}{event_id}", f"{self._prefix}{event_id}:changed"]


async def _unless_away(answer: Awaitable[Any]) -> Any:
    """None while the server is away: every process goes on by itself."""
    try:
        return await answer
    except Away:
        return None
