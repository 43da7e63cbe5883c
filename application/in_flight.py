"""How many calls are under way at a time: in all, and of one caller, for others want their turn."""

from dataclasses import dataclass
from uuid import UUID

from application.errors import RateLimited
from application.messages import Actor, Priority

_EIGHTHS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """At a time, in each process. None: without a limit."""

    per_person: int | None = None
    """Of one user or guest."""
    per_key: int | None = None
    """Of one API key, behind which is a server with customers of its own."""
    in_all: int | None = None
    """Of which each priority leaves an eighth to the one before it."""


class CallsInFlight:
    """Counts in this process alone, and nothing but what is under way: nothing is left of a caller
    who has gone. Whoever has no name counts in all and not by itself; so does background work."""

    __slots__ = ("_all", "_calls", "_limits", "_rooms")

    def __init__(self, limits: CallLimits = CallLimits()) -> None:
        self._limits = limits
        self._calls: dict[UUID, int] = {}
        self._all = 0
        most = limits.in_all
        self._rooms = None if most is None else [most - p * most // _EIGHTHS for p in Priority]

    @property
    def under_way(self) -> int:
        """Calls, whoever makes them."""
        return self._all

    def full(self, priority: Priority) -> bool:
        """Whether there are too many under way for one more of that priority."""
        return self._rooms is not None and self._all >= self._rooms[priority]

    def begin(self) -> None:
        """A call comes whose caller is not known yet. One `end` has to follow."""
        self._all += 1

    def end(self) -> None:
        self._all -= 1

    def __len__(self) -> int:
        """Callers who have calls under way."""
        return len(self._calls)

    def enter(self, actor: Actor) -> UUID | None:
        """Who it was counted for, for `leave`. Raises RateLimited."""
        caller: UUID | None
        if actor.user_id is not None:
            caller, most = actor.user_id, self._limits.per_person
        else:
            caller, most = actor.key_id, self._limits.per_key
        if caller is None or most is None:
            self._all += 1
            return None
        calls = self._calls.get(caller, 0)
        if calls >= most:
            raise RateLimited(
                "Too many requests at the same time; wait for an answer first.",
                retry_after=1,
                metadata={"limit": "in_flight", "most": most},
            )
        self._calls[caller] = calls + 1
        self._all += 1
        return caller

    def leave(self, caller: UUID | None) -> None:
        """Once for each `enter`, whatever became of the call."""
        self._all -= 1
        if caller is None:
            return
        calls = self._calls[caller]
        if calls == 1:
            del self._calls[caller]
        else:
            self._calls[caller] = calls - 1
