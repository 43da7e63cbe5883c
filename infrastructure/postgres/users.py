"""Users."""

from collections.abc import Sequence
from datetime import datetime

from application.ports.people import UserRepository
from application.ports.unit_of_work import StaleWrite
from domain.user.user import User
from infrastructure.postgres.connections import Record
from infrastructure.postgres.migrations import LOCK
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.session import Session
from infrastructure.postgres.text import is_storable
from shared.ids import UserId

FOUNDER_LOCK, SUPERUSERS_LOCK = LOCK + 1, LOCK + 2
"""Kept until the transaction ends by whoever may become the founder, and by whoever decides about
who is left of the superusers."""

_SELECT = """
    SELECT id, email, email_verified, name, password_hash, active, superuser, founder, created_at,
           version
    FROM users
"""

_PAGE = f"""
    {_SELECT}
    WHERE $1::timestamptz IS NULL OR (created_at, id) > ($1, $2::uuid)
    ORDER BY created_at, id
    LIMIT $3
"""  # nosec B608: constants only

_INSERT = """
    INSERT INTO users (id, email, email_key, email_verified, name, password_hash, active,
                       superuser, founder, created_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""

_UPDATE = """
    UPDATE users
    SET email_verified = $3, name = $4, password_hash = $5, active = $6, superuser = $7,
        version = $8
    WHERE id = $1 AND version = $2
"""

_LOCK = "SELECT pg_advisory_xact_lock($1)"
_FOUNDER = "SELECT 1 FROM users WHERE founder"
_SUPERUSERS = "SELECT id FROM users WHERE superuser AND active ORDER BY id"


class PostgresUserRepository(UserRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self.notes: Notes[User] = Notes()

    async def get(self, user_id: UserId) -> User | None:
        row = await self._session.fetchrow(f"{_SELECT} WHERE id = $1", user_id)
        return _user(row) if row else None

    async def locked(self, user_id: UserId) -> User | None:
        await self._session.begin()
        row = await self._session.fetchrow(f"{_SELECT} WHERE id = $1 FOR NO KEY UPDATE", user_id)
        return _user(row) if row else None

    async def by_email(self, email: str) -> User | None:
        key = User.email_key(email)
        if not is_storable(key):
            return None
        row = await self._session.fetchrow(f"{_SELECT} WHERE email_key = $1", key)
        return _user(row) if row else None

    async def many(self, user_ids: Sequence[UserId]) -> Sequence[User]:
        rows = await self._session.fetch(f"{_SELECT} WHERE id = ANY($1)", user_ids)
        return [_user(row) for row in rows]

    async def page(self, *, after: tuple[datetime, UserId] | None, limit: int) -> Sequence[User]:
        rows = await self._session.fetch(_PAGE, *(after or (None, None)), limit)
        return [_user(row) for row in rows]

    async def exist(self) -> bool:
        return await self._session.fetchrow("SELECT 1 FROM users LIMIT 1") is not None

    async def foundable(self) -> bool:
        if await self._session.fetchrow(_FOUNDER) is not None:
            return False  # as nearly always, and nobody has to wait
        await self._lock(FOUNDER_LOCK)
        return await self._session.fetchrow(_FOUNDER) is None

    async def superusers(self) -> Sequence[UserId]:
        await self._lock(SUPERUSERS_LOCK)
        return [UserId(row["id"]) for row in await self._session.fetch(_SUPERUSERS)]

    def add(self, user: User) -> None:
        self.notes.add(user.id, user)

    def save(self, user: User) -> None:
        self.notes.save(user.id, user)

    async def write(self) -> None:
        """Raises EmailTaken, StaleWrite."""
        for user in self.notes.added:
            await self._session.execute(
                _INSERT,
                user.id,
                user.email,
                User.email_key(user.email),
                user.email_verified,
                user.name,
                user.password_hash,
                user.active,
                user.superuser,
                user.founder,
                user.created_at,
                user.version,
            )
        for user in self.notes.saved:
            written = await self._session.execute(
                _UPDATE,
                user.id,
                stored_version(user),
                user.email_verified,
                user.name,
                user.password_hash,
                user.active,
                user.superuser,
                user.version,
            )
            if written != 1:
                raise StaleWrite

    async def _lock(self, key: int) -> None:
        """Until the transaction ends, which therefore begins here."""
        await self._session.begin()
        await self._session.execute(_LOCK, key)


def _user(row: Record) -> User:
    return User(
        id=UserId(row["id"]),
        email=row["email"],
        email_verified=row["email_verified"],
        name=row["name"],
        password_hash=row["password_hash"],
        active=row["active"],
        superuser=row["superuser"],
        founder=row["founder"],
        created_at=row["created_at"],
        version=row["version"],
    )
