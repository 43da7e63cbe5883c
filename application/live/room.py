"""How many streams are open at a time: in all, and of one caller."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from application.errors import RateLimited
from application.messages import Actor
from shared.errors import Overloaded

_RETRY_SECONDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLimits:
    """In each process. A stream lasts at most `longest`; whether its caller may still see it is
    asked `recheck` after it was asked last; after `heartbeat` without an item the caller is shown
    that the stream is alive."""

    per_person: int = 10
    """Of one user or guest."""
    per_key: int = 100
    """Of one API key."""
    in_all: int = 1000
    longest: timedelta = timedelta(minutes=15)
    recheck: timedelta = timedelta(seconds=10)
    heartbeat: timedelta = timedelta(seconds=15)


class StreamRoom:
    """They are no calls under way: one that waits for news takes nothing that calls wait for."""

    def __init__(self, limits: StreamLimits) -> None:
        self.limits = limits
        self._open: dict[UUID | None, int] = {}
        self._all = 0

    @property
    def open(self) -> int:
        return self._all

    @contextmanager
    def taken(self, actor: Actor) -> Iterator[None]:
        """Raises RateLimited where the caller has too many, Overloaded where all have."""
        caller: UUID | None = actor.user_id or actor.key_id
        most = self.limits.per_person if actor.user_id is not None else self.limits.per_key
        have = self._open.get(caller, 0)
        if caller is not None and have >= most:
            raise RateLimited(
                "Too many streams at the same time; end one first.",
                retry_after=_RETRY_SECONDS,
                metadata={"limit": "streams", "most": most},
            )
        if self._all >= self.limits.in_all:
            raise Overloaded(
                "Too many streams are open here; try again in a moment.",
                retry_after=_RETRY_SECONDS,
            )
        self._open[caller] = have + 1
        self._all += 1
        try:
            yield
        finally:
            self._all -= 1
            if self._open[caller] == 1:
                del self._open[caller]
            else:
                self._open[caller] -= 1
