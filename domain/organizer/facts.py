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
    owner_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(OrganizerFact):
    user_id: UserId
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRoleChanged(OrganizerFact):
    user_id: UserId
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRemoved(OrganizerFact):
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
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationAccepted(InvitationFact):
    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRevoked(InvitationFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyFact(Fact):
    api_key_id: ApiKeyId
    organizer_id: OrganizerId

    @property
    def aggregate_id(self) -> UUID:
        return self.api_key_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyCreated(ApiKeyFact):
    scopes: tuple[str, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyRevoked(ApiKeyFact):
    pass
