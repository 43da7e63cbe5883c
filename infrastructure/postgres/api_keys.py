"""API keys. Who may come in with one is looked up by `standings`."""

from collections.abc import Sequence
from datetime import datetime

from application.ports.people import ApiKeyRepository
from application.ports.unit_of_work import StaleWrite
from domain.organizer.api_key import ApiKey
from infrastructure.postgres.connections import Record
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.session import Session
from shared.ids import ApiKeyId, OrganizerId

_SELECT = """
    SELECT id, organizer_id, name, key_hash, hint, live, scopes, created_at, expires_at,
           last_used_at, revoked_at, version
    FROM api_keys
"""

_PAGE = f"""
    {_SELECT}
    WHERE organizer_id = $1
      AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
    ORDER BY created_at DESC, id DESC
    LIMIT $4
"""  # nosec B608: constants only

_INSERT = """
    INSERT INTO api_keys (id, organizer_id, name, key_hash, hint, live, scopes, created_at,
                          expires_at, last_used_at, revoked_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""

# Not when it was used last: that is noted beside the versions, by whoever admits it.
_UPDATE = "UPDATE api_keys SET revoked_at = $3, version = $4 WHERE id = $1 AND version = $2"


class PostgresApiKeyRepository(ApiKeyRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self.notes: Notes[ApiKey] = Notes()

    async def get(self, api_key_id: ApiKeyId) -> ApiKey | None:
        row = await self._session.fetchrow(f"{_SELECT} WHERE id = $1", api_key_id)
        return _api_key(row) if row else None

    async def page(
        self, organizer_id: OrganizerId, *, after: tuple[datetime, ApiKeyId] | None, limit: int
    ) -> Sequence[ApiKey]:
        rows = await self._session.fetch(_PAGE, organizer_id, *(after or (None, None)), limit)
        return [_api_key(row) for row in rows]

    def add(self, api_key: ApiKey) -> None:
        self.notes.add(api_key.id, api_key)

    def save(self, api_key: ApiKey) -> None:
        self.notes.save(api_key.id, api_key)

    async def write(self) -> None:
        """Raises StaleWrite."""
        for api_key in self.notes.added:
            await self._session.execute(
                _INSERT,
                api_key.id,
                api_key.organizer_id,
                api_key.name,
                api_key.key_hash,
                api_key.hint,
                api_key.live,
                api_key.scopes,
                api_key.created_at,
                api_key.expires_at,
                api_key.last_used_at,
                api_key.revoked_at,
                api_key.version,
            )
        for api_key in self.notes.saved:
            written = await self._session.execute(
                _UPDATE,
                api_key.id,
                stored_version(api_key),
                api_key.revoked_at,
                api_key.version,
            )
            if written != 1:
                raise StaleWrite


def _api_key(row: Record) -> ApiKey:
    return ApiKey(
        id=ApiKeyId(row["id"]),
        organizer_id=OrganizerId(row["organizer_id"]),
        name=row["name"],
        key_hash=row["key_hash"],
        hint=row["hint"],
        live=row["live"],
        scopes=tuple(row["scopes"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
        version=row["version"],
    )
