"""Organizers, and who acts for them, as shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from domain.organizer.api_key import ApiKey
from domain.organizer.invitation import Invitation
from domain.organizer.organizer import Member, Organizer, Role
from domain.user.user import User
from shared.ids import ApiKeyId, InvitationId, OrganizerId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizerView:
    id: OrganizerId
    name: str
    slug: str
    created_at: datetime

    @classmethod
    def of(cls, organizer: Organizer) -> Self:
        return cls(
            id=organizer.id,
            name=organizer.name,
            slug=organizer.slug,
            created_at=organizer.created_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOrganizerView:
    """An organizer with the reader's role in it."""

    id: OrganizerId
    name: str
    slug: str
    role: str
    created_at: datetime

    @classmethod
    def of(cls, organizer: Organizer, role: Role) -> Self:
        return cls(
            id=organizer.id,
            name=organizer.name,
            slug=organizer.slug,
            role=role.value,
            created_at=organizer.created_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    user_id: UserId
    name: str
    email: str
    role: str
    joined_at: datetime

    @classmethod
    def of(cls, member: Member, user: User) -> Self:
        return cls(
            user_id=member.user_id,
            name=user.name,
            email=user.email,
            role=member.role.value,
            joined_at=member.joined_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView:
    id: InvitationId
    organizer_id: OrganizerId
    email: str
    role: str
    state: str
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation, *, at: datetime) -> Self:
        """As it is at the moment `at`."""
        return cls(
            id=invitation.id,
            organizer_id=invitation.organizer_id,
            email=invitation.email,
            role=invitation.role.value,
            state=invitation.state_at(at).value,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyView:
    """`hint` are the key's first characters, `last_used_at` is true to the minute. `key` is the
    key itself: in the answer to CreateApiKey and never again."""

    id: ApiKeyId
    organizer_id: OrganizerId
    name: str
    hint: str
    live: bool
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    key: str | None

    @classmethod
    def of(cls, api_key: ApiKey, *, key: str | None = None) -> Self:
        return cls(
            id=api_key.id,
            organizer_id=api_key.organizer_id,
            name=api_key.name,
            hint=api_key.hint,
            live=api_key.live,
            scopes=api_key.scopes,
            created_at=api_key.created_at,
            expires_at=api_key.expires_at,
            last_used_at=api_key.last_used_at,
            revoked_at=api_key.revoked_at,
            key=key,
        )
