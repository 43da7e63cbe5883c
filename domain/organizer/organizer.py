"""The seller (tenant): who may act for it, and under which name."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from domain.organizer.facts import OrganizerCreated
from shared.checks import Checks
from shared.facts import Aggregate
from shared.ids import OrganizerId, UserId


class Role(Enum):
    """What a member may do. An owner may do everything."""

    OWNER = "OWNER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    user_id: UserId
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Organizer(Aggregate):
    """A tenant with its members; the slug is unique among all organizers."""

    id: OrganizerId
    name: str
    slug: str
    members: tuple[Member, ...]
    created_at: datetime

    @staticmethod
    def create(
        *, id: OrganizerId, name: str, slug: str, owner: UserId, at: datetime
    ) -> "Organizer":
        """Raises FieldInvalid."""
        checks = Checks()
        name, slug = checks.text("name", name, longest=200), checks.slug("slug", slug)
        checks.done()
        return Organizer(
            id=id,
            name=name,
            slug=slug,
            members=(Member(user_id=owner, role=Role.OWNER),),
            created_at=at,
            facts=(OrganizerCreated(organizer_id=id, owner_id=owner, occurred_at=at),),
        )

    def has_member(self, user_id: UserId | None) -> bool:
        return any(member.user_id == user_id for member in self.members)
