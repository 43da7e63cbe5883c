"""Rate limits counted by this process alone: the generic cell rate algorithm.

Of a bucket one number is kept: the moment when its quota is whole again. Each use moves that
moment by what one use takes to come back; a use that would move it by more than a whole quota
from now is refused.
"""

import heapq
import time
from collections.abc import Callable, Sequence
from typing import TypeAlias

from application.ports.limits import Allowance, Limit, RateLimiter, Use

_Key: TypeAlias = tuple[str, int, int, str]

_SWEPT_PER_USE = 4
"""More than one, so that buckets are forgotten faster than they come; few, so that nobody waits."""


class MemoryRateLimiter(RateLimiter):
    """Keeps at most `most_buckets`: when there are more, the ones that would be whole the soonest
    are forgotten before their time. Who has used up a quota is among the last to be forgotten."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, most_buckets: int = 100_000
    ) -> None:
        """`clock` tells seconds and never goes back."""
        self._clock = clock
        self._most_buckets = most_buckets
        self._whole_at: dict[_Key, int] = {}
        # Each bucket once, under the moment it had when it was put here: that is never later than
        # its real one.
        self._queue: list[tuple[int, _Key]] = []

    def __len__(self) -> int:
        """How many buckets are kept."""
        return len(self._whole_at)

    async def take(self, uses: Sequence[Use], *, strict: bool) -> Sequence[Allowance]:
        now = round(self._clock() * 1_000_000)
        taken: dict[_Key, int] = {}
        answers: list[tuple[_Key, Limit, int, int]] = []
        refused = False
        for limit, bucket in uses:
            key = limit.name, limit.quota, limit.window_seconds, bucket
            whole_at = taken.get(key) or self._whole_at.get(key, now)
            whole_in = max(whole_at - now, 0)
            retry_in = whole_in - (limit.quota - 1) * limit.interval_us
            if retry_in > 0:
                refused = True
            else:
                retry_in = 0
                taken[key] = now + whole_in + limit.interval_us
            answers.append((key, limit, whole_in, retry_in))
        if refused:
            return [
                Allowance.of(
                    limit,
                    whole_in_us=max(0, self._whole_at.get(key, now) - now),
                    retry_in_us=retry_in,
                )
                for key, limit, _, retry_in in answers
            ]
        for key, whole_at in taken.items():
            self._keep(key, whole_at)
        self._forget(now)
        return [
            Allowance.of(limit, whole_in_us=whole_in + limit.interval_us, retry_in_us=0)
            for _, limit, whole_in, _ in answers
        ]

    def _keep(self, key: _Key, whole_at: int) -> None:
        if key not in self._whole_at:
            heapq.heappush(self._queue, (whole_at, key))
        self._whole_at[key] = whole_at

    def _forget(self, now: int) -> None:
        swept = 0
        while self._queue:
            noted, key = self._queue[0]
            crowded = len(self._whole_at) > self._most_buckets
            if not crowded and (noted > now or swept == _SWEPT_PER_USE):
                return
            swept += 1
            whole_at = self._whole_at[key]
            if whole_at > max(noted, now):  # used meanwhile: goes back to where it belongs
                heapq.heapreplace(self._queue, (whole_at, key))
            else:
                heapq.heappop(self._queue)
                del self._whole_at[key]
