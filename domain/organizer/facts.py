"""What happens to organizers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.facts import Fact
from shared.ids import ApiKeyId, InvitationId, OrganizerId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizerFact(Fact):
    organizer_id: OrganizerId

    @property
    def aggregate_id(self) -> UUID:
        return self.organizer_id


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizerCreated(OrganizerFact):
    """It exists, with its first owner."""

    owner_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(OrganizerFact):
    """A user acts for the organizer from now on."""

    user_id: UserId
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRoleChanged(OrganizerFact):
    """A member has another role from now on."""

    user_id: UserId
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRemoved(OrganizerFact):
    """A user no longer acts for the organizer."""

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationFact(Fact):
    invitation_id: InvitationId
    organizer_id: OrganizerId

    @property
    def aggregate_id(self) -> UUID:
        return self.invitation_id


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberInvited(InvitationFact):
    """Somebody was asked to join; the address is in no message."""

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationAccepted(InvitationFact):
    """Who was asked has joined."""

    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRevoked(InvitationFact):
    """The invitation is no longer good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyFact(Fact):
    api_key_id: ApiKeyId
    organizer_id: OrganizerId

    @property
    def aggregate_id(self) -> UUID:
        return self.api_key_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyCreated(ApiKeyFact):
    """A server may act for the organizer; the key itself is in no message."""

    scopes: tuple[str, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyRevoked(ApiKeyFact):
    """The key is no longer good."""
