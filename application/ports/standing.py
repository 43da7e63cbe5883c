"""Whether whoever shows a token or a key may still come in: looked up for every call."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from application.messages import Membership
from shared.ids import ApiKeyId, OrganizerId, SessionId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserStanding:
    """`active`: neither the account nor this session of it was ended."""

    active: bool
    email: str
    email_verified: bool
    superuser: bool
    memberships: tuple[Membership, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestStanding:
    """`active`: not claimed by a user yet. `tests_of`: buys tests of that organizer only."""

    active: bool
    email: str
    tests_of: OrganizerId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStanding:
    """`now` is the database's clock."""

    key_id: ApiKeyId
    organizer_id: OrganizerId
    scopes: frozenset[str]
    live: bool
    revoked: bool
    expires_at: datetime | None
    now: datetime


class Standings(Protocol):
    """What is committed at the moment of asking. All raise DatabaseUnavailable."""

    async def of_user(self, user_id: UserId, session_id: SessionId) -> UserStanding | None:
        """None for a user who does not exist."""
        ...

    async def of_guest(self, guest_id: UserId) -> GuestStanding | None: ...

    async def of_key(self, digest: bytes) -> KeyStanding | None:
        """By the SHA-256 of the key; notes that it was used, to the minute."""
        ...
