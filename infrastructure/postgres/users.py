"""Users."""

from application.ports.repositories import UserRepository
from domain.user.user import User
from infrastructure.postgres.connections import Record
from infrastructure.postgres.notes import Notes
from infrastructure.postgres.session import Session
from infrastructure.postgres.text import is_storable
from shared.ids import UserId

_SELECT = "SELECT id, email, name, password_hash, created_at, version FROM users"

_INSERT = """
    INSERT INTO users (id, email, email_key, name, password_hash, created_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


class PostgresUserRepository(UserRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self.notes: Notes[User] = Notes()

    async def get(self, user_id: UserId) -> User | None:
        row = await self._session.fetchrow(f"{_SELECT} WHERE id = $1", user_id)
        return _user(row) if row else None

    async def by_email(self, email: str) -> User | None:
        key = User.email_key(email)
        if not is_storable(key):
            return None
        row = await self._session.fetchrow(f"{_SELECT} WHERE email_key = $1", key)
        return _user(row) if row else None

    async def exist(self) -> bool:
        return await self._session.fetchrow("SELECT 1 FROM users LIMIT 1") is not None

    def add(self, user: User) -> None:
        self.notes.add(user.id, user)

    async def write(self) -> None:
        for user in self.notes.added:
            await self._session.execute(
                _INSERT,
                user.id,
                user.email,
                User.email_key(user.email),
                user.name,
                user.password_hash,
                user.created_at,
                user.version,
            )


def _user(row: Record) -> User:
    return User(
        id=UserId(row["id"]),
        email=row["email"],
        name=row["name"],
        password_hash=row["password_hash"],
        created_at=row["created_at"],
        version=row["version"],
    )
