"""Sessions: who is logged in."""

from collections.abc import Callable, Sequence
from datetime import datetime

from application.ports.people import SessionRepository
from application.ports.unit_of_work import StaleWrite
from domain.session.session import Session as Login
from infrastructure.postgres.connections import Record
from infrastructure.postgres.notes import Notes
from infrastructure.postgres.session import Session
from shared.ids import SessionId, UserId

_SELECT = """
    SELECT id, user_id, number, token_hash, rotated_at, created_at, expires_at, ended_at, version
    FROM sessions
"""

_LIVE = f"{_SELECT} WHERE user_id = $1 AND ended_at IS NULL ORDER BY created_at, id"

_INSERT = """
    INSERT INTO sessions (id, user_id, number, token_hash, rotated_at, created_at, expires_at,
                          ended_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""

_UPDATE = """
    UPDATE sessions
    SET number = $3, token_hash = $4, rotated_at = $5, expires_at = $6, ended_at = $7, version = $8
    WHERE id = $1 AND version = $2
"""

# What somebody is ending just now is left for the next time.
_FORGET = """
    WITH gone AS (
        DELETE FROM sessions WHERE id IN (
            SELECT id FROM sessions WHERE expires_at < $1 OR ended_at < $1
            LIMIT $2
            FOR UPDATE SKIP LOCKED
        )
        RETURNING id
    )
    SELECT count(*)::int AS forgotten FROM gone
"""
_BATCH = 5_000
"""Rows deleted by one statement, so that none of them lasts long."""


class PostgresSessionRepository(SessionRepository):
    def __init__(self, session: Session, apart: Callable[[], Session]) -> None:
        """`apart` makes a session whose transactions are not the unit of work's."""
        self._session = session
        self._apart = apart
        self.notes: Notes[Login] = Notes()

    async def get(self, session_id: SessionId) -> Login | None:
        row = await self._session.fetchrow(f"{_SELECT} WHERE id = $1", session_id)
        return _login(row) if row else None

    async def live_of(self, user_id: UserId) -> Sequence[Login]:
        return [_login(row) for row in await self._session.fetch(_LIVE, user_id)]

    def add(self, session: Login) -> None:
        self.notes.add(session.id, session)

    def save(self, session: Login) -> None:
        if session.ended_at is None or session.facts:  # else it was ended before: no change
            self.notes.save(session.id, session)

    async def forget(self, *, before: datetime) -> int:
        forgotten = 0
        session = self._apart()
        try:
            while True:
                (row,) = await session.fetch(_FORGET, before, _BATCH)
                batch = int(row["forgotten"])
                forgotten += batch
                if batch < _BATCH:
                    return forgotten
        finally:
            await session.close()

    async def write(self) -> None:
        """Raises StaleWrite."""
        for login in self.notes.added:
            await self._session.execute(
                _INSERT,
                login.id,
                login.user_id,
                login.number,
                login.token_hash,
                login.rotated_at,
                login.created_at,
                login.expires_at,
                login.ended_at,
                login.version,
            )
        for login in self.notes.saved:
            written = await self._session.execute(
                _UPDATE,
                login.id,
                login.version - 1,
                login.number,
                login.token_hash,
                login.rotated_at,
                login.expires_at,
                login.ended_at,
                login.version,
            )
            if written != 1:
                raise StaleWrite


def _login(row: Record) -> Login:
    return Login(
        id=SessionId(row["id"]),
        user_id=UserId(row["user_id"]),
        number=row["number"],
        token_hash=row["token_hash"],
        rotated_at=row["rotated_at"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        ended_at=row["ended_at"],
        version=row["version"],
    )
