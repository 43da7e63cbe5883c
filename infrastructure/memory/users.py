"""Users."""

from collections.abc import Sequence
from datetime import datetime

from application.ports.people import UserRepository
from application.ports.unit_of_work import StaleWrite
from domain.user.errors import EmailTaken
from domain.user.user import User
from infrastructure.memory.session import Phase, Session, Writing
from shared.ids import UserId


class MemoryUsers(UserRepository):
    """Every actor sees every user here."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, user_id: UserId) -> User | None:
        return (await self._session.read()).users.get(user_id)

    async def locked(self, user_id: UserId) -> User | None:
        return (await self._session.take_turn()).users.get(user_id)

    async def by_email(self, email: str) -> User | None:
        tables = await self._session.read()
        user_id = tables.user_by_email.get(User.email_key(email))
        return None if user_id is None else tables.users[user_id]

    async def many(self, user_ids: Sequence[UserId]) -> Sequence[User]:
        users = (await self._session.read()).users
        return [users[each] for each in set(user_ids) if each in users]

    async def page(self, *, after: tuple[datetime, UserId] | None, limit: int) -> Sequence[User]:
        tables = await self._session.read()
        found = [user for user in tables.users.values() if after is None or _place(user) > after]
        return sorted(found, key=_place)[:limit]

    async def exist(self) -> bool:
        return bool((await self._session.read()).users)

    async def foundable(self) -> bool:
        if (await self._session.read()).founder:
            return False
        return not (await self._session.take_turn()).founder

    async def superusers(self) -> Sequence[UserId]:
        tables = await self._session.take_turn()
        return [user.id for user in tables.users.values() if user.superuser and user.active]

    def add(self, user: User) -> None:
        def write(writing: Writing) -> None:
            tables, key = writing.tables, User.email_key(user.email)
            if key in tables.user_by_email:
                raise EmailTaken()
            if user.founder and tables.founder:
                raise StaleWrite()  # run again, the operation finds that there is one
            writing.insert(tables.users, user.id, user)
            writing.journal.put(tables.user_by_email, key, user.id)
            if user.founder:
                writing.journal.put(tables.founder, True, user.id)

        self._session.note(Phase.ACCOUNT, write, *user.facts)

    def save(self, user: User) -> None:
        def write(writing: Writing) -> None:
            writing.update(writing.tables.users, user.id, user)

        self._session.note(Phase.ACCOUNT, write, *user.facts)


def _place(user: User) -> tuple[datetime, UserId]:
    return user.created_at, user.id
