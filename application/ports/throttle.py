"""Guessing passwords made slow: attempts are counted by what they have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from domain.user.throttle import Delay

__all__ = ["AttemptThrottle", "Counter", "Delay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What attempts have in common, e.g. `account:<hash>` or `address:192.0.2.1`. The key is kept
    as it is given."""

    key: str
    delay: Delay


class AttemptThrottle(Protocol):
    """Kept in the database, for every process; nobody is locked out for good. The counters of one
    call have different keys. What is counted and forgotten: `domain.user.throttle`.

    Raises DatabaseUnavailable.
    """

    async def attempt(self, counters: Sequence[Counter]) -> timedelta:
        """Registers one attempt with each counter as if it had failed, and answers zero; or, while
        one of them has to wait, registers nothing and answers for how long. Concurrent attempts
        are judged one after the other."""
        ...

    async def succeeded(self, counters: Sequence[Counter]) -> None:
        """The attempt just registered did not fail: takes it back from all counters, and forgets
        the failures of the first one, which is the account's."""
        ...
