"""A session: one login, and the family of refresh tokens that came of it.

Refresh tokens are used once. Each has a number, and only the newest is good; showing an older one
means that two hold the family, one of them a thief, and ends it for both. A client that lost the
answer is no thief: for a moment it may send the token before the newest again, and gets the same.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from domain.session.facts import SessionEnded, SessionStarted
from shared.facts import Aggregate
from shared.ids import SessionId, UserId

GRACE = timedelta(seconds=10)
"""How long a client may ask again for an answer that it lost."""


class EndCause(Enum):
    LOGOUT = "LOGOUT"
    REUSE = "REUSE"
    PASSWORD = "PASSWORD"  # nosec B105: a name
    DEACTIVATION = "DEACTIVATION"


class Refreshed(Enum):
    """What showing a refresh token comes to."""

    ROTATED = "ROTATED"
    REPEATED = "REPEATED"
    """The same successor again; nothing changed."""
    REUSED = "REUSED"
    """Somebody has the family who should not: the session is ended."""
    OVER = "OVER"
    """The session was ended, or its time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Aggregate):
    """`number` is that of the newest refresh token, `token_hash` its SHA-256. Every saved change
    raises `version` by one, the rotations too, though they raise no fact."""

    id: SessionId
    user_id: UserId
    number: int
    token_hash: bytes
    rotated_at: datetime
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    @staticmethod
    def start(
        *, id: SessionId, user_id: UserId, token_hash: bytes, lasts: timedelta, at: datetime
    ) -> "Session":
        return Session(
            id=id,
            user_id=user_id,
            number=0,
            token_hash=token_hash,
            rotated_at=at,
            created_at=at,
            expires_at=at + lasts,
            ended_at=None,
            facts=(SessionStarted(session_id=id, user_id=user_id, occurred_at=at),),
        )

    def is_live(self, *, at: datetime) -> bool:
        return self.ended_at is None and at < self.expires_at

    def judge(self, number: int, *, at: datetime) -> Refreshed:
        """What showing the refresh token of that number, which is ours, comes to."""
        if not self.is_live(at=at):
            return Refreshed.OVER
        if number == self.number:
            return Refreshed.ROTATED
        if number == self.number - 1 and at - self.rotated_at <= GRACE:
            return Refreshed.REPEATED
        return Refreshed.REUSED

    def rotate(self, token_hash: bytes, *, lasts: timedelta, at: datetime) -> "Session":
        """The next refresh token, whose hash this is, takes the place of the newest."""
        return replace(
            self,
            version=self.version + 1,
            number=self.number + 1,
            token_hash=token_hash,
            rotated_at=at,
            expires_at=at + lasts,
        )

    def end(self, cause: EndCause, *, at: datetime) -> "Session":
        """Once more is no change."""
        if self.ended_at is not None:
            return self
        fact = SessionEnded(
            session_id=self.id, user_id=self.user_id, cause=cause.value, occurred_at=at
        )
        return self._changed(fact, ended_at=at)
