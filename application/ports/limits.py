"""Rate limits: how often somebody may do something, whatever it comes to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

_MICROSECONDS = 1_000_000
_NAME = re.compile("[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `quota` uses at once, and used ones come back evenly over `window_seconds`: one each
    `window_seconds / quota`. Over a long time that is `quota` per window; a single window that
    begins with the whole quota may see almost twice as many.

    `name` is the policy's name in the RateLimit-Policy field: letters, digits, `-` and `_`.
    """

    name: str
    quota: int
    window_seconds: int
    interval_us: int = field(init=False, repr=False, compare=False)
    """After how many microseconds one use comes back."""
    policy: str = field(init=False, repr=False, compare=False)
    """The limit in the RateLimit-Policy field."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} cannot be the name of a limit")
        if not 1 <= self.quota <= self.window_seconds * _MICROSECONDS:
            raise ValueError(f"{self.quota} in {self.window_seconds} s is no limit")
        policy = f'"{self.name}";q={self.quota};w={self.window_seconds}'
        object.__setattr__(self, "interval_us", self.window_seconds * _MICROSECONDS // self.quota)
        object.__setattr__(self, "policy", policy)


class Use(NamedTuple):
    """One use of a limit by whoever `bucket` names (an actor's id, an address)."""

    limit: Limit
    bucket: str


class Allowance(NamedTuple):
    """What is left after a use: `remaining` uses now; `reset_seconds` until the whole quota is
    there again; and where it was refused, `retry_seconds` until the next one would be allowed
    (0 when it was allowed)."""

    limit: Limit
    remaining: int
    reset_seconds: float
    retry_seconds: float

    @staticmethod
    def of(limit: Limit, *, whole_in_us: int, retry_in_us: int) -> "Allowance":
        """For a bucket whose quota is whole again in so many microseconds."""
        return Allowance(
            limit=limit,
            remaining=max(0, limit.quota + -whole_in_us // limit.interval_us),
            reset_seconds=whole_in_us / _MICROSECONDS,
            retry_seconds=retry_in_us / _MICROSECONDS,
        )

    @property
    def allowed(self) -> bool:
        return self.retry_seconds == 0


class RateLimiter(Protocol):
    """Counts uses. Buckets of different limits never mix, even where their names are equal."""

    async def take(self, uses: Sequence[Use], *, strict: bool) -> Sequence[Allowance]:
        """Counts one use of each, in the order given; all or none: where one is refused, nothing
        is counted, and the others tell what they have left.

        `strict` is for what takes stock: it is limited even while whoever counts for all
        processes cannot be reached, by this process alone. All else is let through then.
        Never raises.
        """
        ...
