"""The seller (tenant): who may act for it, and under which name."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from domain.organizer.errors import AlreadyMember, LastOwner, MemberNotFound
from domain.organizer.facts import (
    MemberJoined,
    MemberRemoved,
    MemberRoleChanged,
    OrganizerCreated,
)
from shared.checks import Checks
from shared.facts import Aggregate
from shared.ids import OrganizerId, UserId

MOST_MEMBERS = 200


class Role(Enum):
    """What a member is there for; which operations that means is application/policy.py."""

    OWNER = "OWNER"
    MANAGER = "MANAGER"
    FINANCE = "FINANCE"
    SCANNER = "SCANNER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    user_id: UserId
    role: Role
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Organizer(Aggregate):
    """A tenant with its members, by when they joined; the slug is unique among all organizers."""

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
            members=(Member(user_id=owner, role=Role.OWNER, joined_at=at),),
            created_at=at,
            facts=(OrganizerCreated(organizer_id=id, owner_id=owner, occurred_at=at),),
        )

    def has_member(self, user_id: UserId | None) -> bool:
        return any(member.user_id == user_id for member in self.members)

    def join(self, user_id: UserId, role: Role, *, at: datetime) -> "Organizer":
        """Raises AlreadyMember, FieldInvalid (there are too many)."""
        if self.has_member(user_id):
            raise AlreadyMember()
        if len(self.members) >= MOST_MEMBERS:
            checks = Checks()
            checks.fail(None, f"an organizer has at most {MOST_MEMBERS} members")
            checks.done()
        fact = MemberJoined(organizer_id=self.id, user_id=user_id, role=role.value, occurred_at=at)
        joined = Member(user_id=user_id, role=role, joined_at=at)
        return self._changed(fact, members=(*self.members, joined))

    def change_role(self, user_id: UserId, role: Role, *, at: datetime) -> "Organizer":
        """The same role is no change. Raises MemberNotFound, LastOwner."""
        member = self.member(user_id)
        if member.role is role:
            return self
        self._require_another_owner(member)
        fact = MemberRoleChanged(
            organizer_id=self.id, user_id=user_id, role=role.value, occurred_at=at
        )
        changed = Member(user_id=user_id, role=role, joined_at=member.joined_at)
        members = tuple(changed if each == member else each for each in self.members)
        return self._changed(fact, members=members)

    def remove(self, user_id: UserId, *, at: datetime) -> "Organizer":
        """Raises MemberNotFound, LastOwner."""
        member = self.member(user_id)
        self._require_another_owner(member)
        fact = MemberRemoved(organizer_id=self.id, user_id=user_id, occurred_at=at)
        return self._changed(fact, members=tuple(each for each in self.members if each != member))

    def member(self, user_id: UserId) -> Member:
        """Raises MemberNotFound."""
        for member in self.members:
            if member.user_id == user_id:
                return member
        raise MemberNotFound()

    def _require_another_owner(self, leaving: Member) -> None:
        others = (each for each in self.members if each != leaving)
        if leaving.role is Role.OWNER and not any(each.role is Role.OWNER for each in others):
            raise LastOwner()
