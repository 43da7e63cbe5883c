"""API keys."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from application.ports.people import ApiKeyRepository
from application.ports.unit_of_work import StaleWrite
from domain.organizer.api_key import ApiKey
from infrastructure.memory.session import Phase, Session, Writing
from shared.ids import ApiKeyId, OrganizerId


class MemoryApiKeys(ApiKeyRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, api_key_id: ApiKeyId) -> ApiKey | None:
        return (await self._session.read()).api_keys.get(api_key_id)

    async def page(
        self, organizer_id: OrganizerId, *, after: tuple[datetime, ApiKeyId] | None, limit: int
    ) -> Sequence[ApiKey]:
        tables = await self._session.read()
        found = [
            each
            for each in tables.api_keys.values()
            if each.organizer_id == organizer_id and (after is None or _place(each) < after)
        ]
        return sorted(found, key=_place, reverse=True)[:limit]

    def add(self, api_key: ApiKey) -> None:
        def write(writing: Writing) -> None:
            tables = writing.tables
            if api_key.key_hash in tables.api_key_by_hash:
                raise StaleWrite()  # run again, the operation makes a new key
            writing.insert(tables.api_keys, api_key.id, api_key)
            writing.journal.put(tables.api_key_by_hash, api_key.key_hash, api_key.id)

        self._session.note(Phase.ORGANIZER, write, *api_key.facts)

    def save(self, api_key: ApiKey) -> None:
        def write(writing: Writing) -> None:
            stored = writing.tables.api_keys.get(api_key.id)
            # Uses are noted beside the versions; one of the last moment is not to be lost.
            used_at = None if stored is None else stored.last_used_at
            changed = replace(api_key, last_used_at=used_at)
            writing.update(writing.tables.api_keys, api_key.id, changed)

        self._session.note(Phase.ORGANIZER, write, *api_key.facts)


def _place(api_key: ApiKey) -> tuple[datetime, ApiKeyId]:
    return api_key.created_at, api_key.id
