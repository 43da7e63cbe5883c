"""An API key: lets a server act for one organizer, in the operations it was made for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.organizer.facts import ApiKeyCreated, ApiKeyRevoked
from shared.checks import Checks, one_of
from shared.facts import Aggregate
from shared.ids import ApiKeyId, OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey(Aggregate):
    """The key itself is shown once and stored as its SHA-256. `hint` are its first characters,
    by which people tell their keys apart. A key that is not `live` sees and makes tests only.
    `last_used_at` is true to the minute."""

    id: ApiKeyId
    organizer_id: OrganizerId
    name: str
    key_hash: bytes
    hint: str
    live: bool
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    @staticmethod
    def create(
        *,
        id: ApiKeyId,
        organizer_id: OrganizerId,
        name: str,
        key_hash: bytes,
        hint: str,
        live: bool,
        scopes: Sequence[str],
        allowed_scopes: Collection[str],
        expires_at: datetime | None,
        at: datetime,
    ) -> "ApiKey":
        """Raises FieldInvalid."""
        checks = Checks()
        name = checks.text("name", name, longest=100)
        if not scopes:
            checks.fail("scopes", "must not be empty")
        for position, scope in enumerate(scopes):
            if scope not in allowed_scopes:
                checks.at("scopes").fail(position, one_of(sorted(allowed_scopes)))
        if expires_at is not None:
            expires_at = checks.moment("expires_at", expires_at)
            if expires_at.tzinfo is not None and expires_at <= at:
                checks.fail("expires_at", "must be in the future")
        checks.done()
        kept = tuple(sorted(set(scopes)))
        fact = ApiKeyCreated(
            api_key_id=id,
            organizer_id=organizer_id,
            scopes=kept,
            expires_at=expires_at,
            occurred_at=at,
        )
        return ApiKey(
            id=id,
            organizer_id=organizer_id,
            name=name,
            key_hash=key_hash,
            hint=hint,
            live=live,
            scopes=kept,
            created_at=at,
            expires_at=expires_at,
            last_used_at=None,
            revoked_at=None,
            facts=(fact,),
        )

    def revoke(self, *, at: datetime) -> "ApiKey":
        """Once more is no change."""
        if self.revoked_at is not None:
            return self
        fact = ApiKeyRevoked(api_key_id=self.id, organizer_id=self.organizer_id, occurred_at=at)
        return self._changed(fact, revoked_at=at)
