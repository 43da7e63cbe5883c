"""Organizers with their members."""

from collections.abc import Sequence

from application.ports.people import OrganizerRepository
from domain.organizer.errors import SlugTaken
from domain.organizer.organizer import Organizer
from infrastructure.memory.session import Phase, Session, Writing
from shared.ids import OrganizerId, UserId


class MemoryOrganizers(OrganizerRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, organizer_id: OrganizerId) -> Organizer | None:
        return (await self._session.read()).organizers.get(organizer_id)

    async def many(self, organizer_ids: Sequence[OrganizerId]) -> Sequence[Organizer]:
        organizers = (await self._session.read()).organizers
        return [organizers[each] for each in sorted(set(organizer_ids)) if each in organizers]

    def add(self, organizer: Organizer) -> None:
        def write(writing: Writing) -> None:
            tables = writing.tables
            if organizer.slug in tables.organizer_by_slug:
                raise SlugTaken()
            writing.insert(tables.organizers, organizer.id, organizer)
            writing.journal.put(tables.organizer_by_slug, organizer.slug, organizer.id)
            _index_members(writing, organizer, before=frozenset())

        self._session.note(Phase.ORGANIZER, write, *organizer.facts)

    def save(self, organizer: Organizer) -> None:
        def write(writing: Writing) -> None:
            stored = writing.tables.organizers.get(organizer.id)
            writing.update(writing.tables.organizers, organizer.id, organizer)
            if stored is not None:
                _index_members(writing, organizer, before=_members(stored))

        self._session.note(Phase.ORGANIZER, write, *organizer.facts)


def _members(organizer: Organizer) -> frozenset[UserId]:
    return frozenset(member.user_id for member in organizer.members)


def _index_members(writing: Writing, organizer: Organizer, *, before: frozenset[UserId]) -> None:
    index, after = writing.tables.organizers_of_member, _members(organizer)
    for user_id in after - before:
        writing.journal.append(index, user_id, organizer.id)
    for user_id in before - after:
        writing.journal.discard(index, user_id, organizer.id)
