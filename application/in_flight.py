"""How many calls one caller has under way at a time: the rest of the world wants its turn, too."""

from dataclasses import dataclass
from uuid import UUID

from application.errors import RateLimited
from application.messages import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """At a time, in each process. None: without a limit."""

    per_person: int | None = None
    """Of one user or guest."""
    per_key: int | None = None
    """Of one API key, behind which is a server with customers of its own."""


class CallsInFlight:
    """Counts in this process alone, and nothing but what is under way: nothing is left of a caller
    who has gone. Whoever has no name is not counted, and neither is background work."""

    __slots__ = ("_calls", "_limits")

    def __init__(self, limits: CallLimits = CallLimits()) -> None:
        self._limits = limits
        self._calls: dict[UUID, int] = {}

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
            return None
        calls = self._calls.get(caller, 0)
        if calls >= most:
            raise RateLimited(
                "Too many requests at the same time; wait for an answer first.",
                retry_after=1,
                metadata={"limit": "in_flight", "most": most},
            )
        self._calls[caller] = calls + 1
        return caller

    def leave(self, caller: UUID | None) -> None:
        """Once for each `enter`, whatever became of the call."""
        if caller is None:
            return
        calls = self._calls[caller]
        if calls == 1:
            del self._calls[caller]
        else:
            self._calls[caller] = calls - 1
