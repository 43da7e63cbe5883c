"""Sessions of users."""

from collections.abc import Sequence
from datetime import datetime

from application.ports.people import SessionRepository
from domain.session.session import Session
from infrastructure.memory.session import Phase
from infrastructure.memory.session import Session as Transaction
from infrastructure.memory.session import Writing
from shared.ids import SessionId, UserId


class MemorySessions(SessionRepository):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def get(self, session_id: SessionId) -> Session | None:
        return (await self._transaction.read()).sessions.get(session_id)

    async def live_of(self, user_id: UserId) -> Sequence[Session]:
        tables = await self._transaction.read()
        found = (tables.sessions[each] for each in tables.sessions_of_user.get(user_id, ()))
        live = [session for session in found if session.ended_at is None]
        return sorted(live, key=lambda session: (session.created_at, session.id))

    def add(self, session: Session) -> None:
        def write(writing: Writing) -> None:
            writing.insert(writing.tables.sessions, session.id, session)
            writing.journal.append(writing.tables.sessions_of_user, session.user_id, session.id)

        self._transaction.note(Phase.ACCOUNT, write, *session.facts)

    def save(self, session: Session) -> None:
        def write(writing: Writing) -> None:
            was = session.version - 1
            writing.replace(writing.tables.sessions, session.id, session, was=was)

        self._transaction.note(Phase.ACCOUNT, write, *session.facts)

    async def forget(self, *, before: datetime) -> int:
        forgotten = 0

        def write(writing: Writing) -> None:
            nonlocal forgotten
            tables = writing.tables
            over = [each for each in tables.sessions.values() if _over_since(each) < before]
            for session in over:
                writing.journal.remove(tables.sessions, session.id)
                writing.journal.discard(tables.sessions_of_user, session.user_id, session.id)
            forgotten = len(over)

        await self._transaction.at_once(write)
        return forgotten


def _over_since(session: Session) -> datetime:
    return min(session.ended_at or session.expires_at, session.expires_at)
