"""Users and organizers."""

from collections.abc import Sequence

from application.ports.repositories import OrganizerRepository, UserRepository
from domain.organizer.errors import SlugTaken
from domain.organizer.organizer import Organizer
from domain.user.errors import EmailTaken
from domain.user.user import User
from infrastructure.memory.session import Phase, Session, Writing
from shared.ids import OrganizerId, UserId


class MemoryUsers(UserRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, user_id: UserId) -> User | None:
        return (await self._session.read()).users.get(user_id)

    async def by_email(self, email: str) -> User | None:
        tables = await self._session.read()
        user_id = tables.user_by_email.get(User.email_key(email))
        return None if user_id is None else tables.users[user_id]

    async def exist(self) -> bool:
        return bool((await self._session.read()).users)

    def add(self, user: User) -> None:
        def write(writing: Writing) -> None:
            key = User.email_key(user.email)
            if key in writing.tables.user_by_email:
                raise EmailTaken()
            writing.insert(writing.tables.users, user.id, user)
            writing.journal.put(writing.tables.user_by_email, key, user.id)

        self._session.note(Phase.ORGANIZER, write, *user.facts)


class MemoryOrganizers(OrganizerRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, organizer_id: OrganizerId) -> Organizer | None:
        return (await self._session.read()).organizers.get(organizer_id)

    async def of_member(self, user_id: UserId) -> Sequence[OrganizerId]:
        return (await self._session.read()).organizers_of_member.get(user_id, ())

    def add(self, organizer: Organizer) -> None:
        def write(writing: Writing) -> None:
            tables = writing.tables
            if organizer.slug in tables.organizer_by_slug:
                raise SlugTaken()
            writing.insert(tables.organizers, organizer.id, organizer)
            writing.journal.put(tables.organizer_by_slug, organizer.slug, organizer.id)
            for member in organizer.members:
                writing.journal.append(tables.organizers_of_member, member.user_id, organizer.id)

        self._session.note(Phase.ORGANIZER, write, *organizer.facts)
