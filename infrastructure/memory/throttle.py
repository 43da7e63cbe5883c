"""Attempts counted in memory."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from application.ports.throttle import AttemptThrottle, Counter
from domain.user.throttle import Failures, failed, remembered, taken_back, wait
from infrastructure.memory.clock import MemoryClock

_SWEPT_PER_ATTEMPT = 10
"""More than one attempt adds, so that what is forgotten does not pile up."""


class MemoryAttemptThrottle(AttemptThrottle):
    def __init__(self, clock: MemoryClock) -> None:
        self._clock = clock
        # Whose last attempt is the oldest comes first.
        self._failures: dict[str, Failures] = {}

    def __len__(self) -> int:
        """How many counters are kept."""
        return len(self._failures)

    async def attempt(self, counters: Sequence[Counter]) -> timedelta:
        await asyncio.sleep(0)
        now = self._clock.now()
        waits = [wait(self._failures.get(each.key), each.delay, now) for each in counters]
        longest = max(waits, default=timedelta())
        if not longest:
            for key in {each.key for each in counters}:
                self._failures[key] = failed(self._failures.pop(key, None), now)
            self._forget(now)
        return longest

    async def succeeded(self, counters: Sequence[Counter]) -> None:
        await asyncio.sleep(0)
        now = self._clock.now()
        for each in counters[:1]:
            self._failures.pop(each.key, None)
        for each in counters[1:]:
            failures = self._failures.get(each.key)
            if failures is not None:
                self._failures[each.key] = taken_back(failures, each.delay, now)

    def _forget(self, now: datetime) -> None:
        for key in list(islice(self._failures, _SWEPT_PER_ATTEMPT)):
            if remembered(self._failures[key], now) == 0:
                del self._failures[key]
