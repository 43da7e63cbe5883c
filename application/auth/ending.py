"""The end of all sessions of a user."""

from datetime import datetime

from application.ports.unit_of_work import UnitOfWork
from domain.session.session import EndCause
from shared.ids import SessionId, UserId


async def end_sessions(
    work: UnitOfWork,
    user_id: UserId,
    cause: EndCause,
    *,
    at: datetime,
    but: SessionId | None = None,
) -> None:
    """Notes the end of every live one, apart from `but`."""
    for session in await work.sessions.live_of(user_id):
        if session.id != but:
            work.sessions.save(session.end(cause, at=at))
