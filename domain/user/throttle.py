"""How long one has to wait after having failed, and how that is forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta

HALF_LIFE = timedelta(hours=1)
MOST_FAILURES = 1_000_000
"""Further ones change nothing: the wait has long been the longest one."""
FORGOTTEN_AFTER = MOST_FAILURES.bit_length() * HALF_LIFE
"""Without an attempt for so long, nothing is left of any number of failures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """After `free` failures one waits for `first`; each further one doubles the wait, up to
    `longest`."""

    free: int
    first: timedelta
    longest: timedelta

    def __post_init__(self) -> None:
        if self.free < 1 or not timedelta() < self.first <= self.longest:
            raise ValueError(f"{self!r} is no delay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """So many in a row, the last one then; of those before it, what was not forgotten yet."""

    count: int
    last_at: datetime


def wait(failures: Failures | None, delay: Delay, at: datetime) -> timedelta:
    """For how long the next attempt has to wait, counted from `at`."""
    if failures is None:
        return timedelta()
    pause = _pause(failures.count, delay)
    return max(timedelta(), min(pause, failures.last_at + pause - at))


def failed(failures: Failures | None, at: datetime) -> Failures:
    """After one more. Every whole hour since the last one has halved those before."""
    return Failures(count=min(remembered(failures, at) + 1, MOST_FAILURES), last_at=at)


def taken_back(failures: Failures, delay: Delay, at: datetime) -> Failures:
    """As if the last attempt had not been. It was let through, so the wait of those before it was
    over, and it does not begin again."""
    count = max(failures.count - 1, 0)
    return Failures(count=count, last_at=min(failures.last_at, at - _pause(count, delay)))


def remembered(failures: Failures | None, at: datetime) -> int:
    """How many are not forgotten yet."""
    if failures is None:
        return 0
    return failures.count >> max(0, (at - failures.last_at) // HALF_LIFE)


def _pause(count: int, delay: Delay) -> timedelta:
    """Counted with whole numbers, which do not overflow."""
    if count < delay.free:
        return timedelta()
    tick = timedelta.resolution
    doublings = min(count - delay.free, (delay.longest // delay.first).bit_length())
    return min(delay.longest // tick, delay.first // tick << doublings) * tick
