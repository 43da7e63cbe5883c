"""What happens to sessions. Each refresh is no fact: it would say nothing to anybody."""

from dataclasses import dataclass
from uuid import UUID

from shared.facts import Fact
from shared.ids import SessionId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFact(Fact):
    session_id: SessionId
    user_id: UserId

    @property
    def aggregate_id(self) -> UUID:
        return self.session_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted(SessionFact):
    """A user has logged in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(SessionFact):
    """`cause`: LOGOUT, REUSE (of a refresh token), PASSWORD or DEACTIVATION."""

    cause: str
