"""Repositories of those who buy and sell; see `repositories` for what holds for all of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.guest.guest import Guest
from domain.organizer.api_key import ApiKey
from domain.organizer.invitation import Invitation
from domain.organizer.organizer import Organizer
from domain.session.session import Session
from domain.user.proof import Proof, ProofPurpose
from domain.user.user import User
from shared.ids import (
    ApiKeyId,
    InvitationId,
    OrganizerId,
    ProofId,
    SessionId,
    UserId,
)


class UserRepository(Protocol):
    async def get(self, user_id: UserId) -> User | None: ...

    async def locked(self, user_id: UserId) -> User | None:
        """Like `get`; until this unit of work ends, whoever else asks for it with this, or changes
        it, waits. For what must not happen beside a change: a session started with a password must
        be among those that its change ends."""
        ...

    async def by_email(self, email: str) -> User | None:
        """Without regard to case."""
        ...

    async def many(self, user_ids: Sequence[UserId]) -> Sequence[User]:
        """Those of them that the actor may see, in no particular order."""
        ...

    async def page(self, *, after: tuple[datetime, UserId] | None, limit: int) -> Sequence[User]:
        """Oldest first: ordered by (created_at, id), from just behind `after`."""
        ...

    async def exist(self) -> bool:
        """Whether there is any user at all."""
        ...

    async def foundable(self) -> bool:
        """Whether there is no founder yet. Where the answer is yes, whoever else asks waits until
        this unit of work ends, so that there is never a second one."""
        ...

    async def superusers(self) -> Sequence[UserId]:
        """The active superusers. Whoever else asks waits until this unit of work ends, so that
        nobody decides about the last one by what somebody else is just changing."""
        ...

    def add(self, user: User) -> None:
        """Commit raises EmailTaken when the address is in use, whatever its case, and StaleWrite
        when there is a second founder."""
        ...

    def save(self, user: User) -> None: ...


class SessionRepository(Protocol):
    async def get(self, session_id: SessionId) -> Session | None: ...

    async def live_of(self, user_id: UserId) -> Sequence[Session]:
        """Those that were not ended, oldest first; some may be past their time."""
        ...

    def add(self, session: Session) -> None: ...

    def save(self, session: Session) -> None:
        """Its version is always one above the stored one, with or without facts."""
        ...

    async def forget(self, *, before: datetime) -> int:
        """Deletes those that were ended, or whose time was over, before that, in a transaction of
        its own. Returns how many."""
        ...


class ProofRepository(Protocol):
    async def get(self, proof_id: ProofId) -> Proof | None: ...

    async def unused_of(self, user_id: UserId, purpose: ProofPurpose) -> Sequence[Proof]:
        """Oldest first; some may be past their time."""
        ...

    def add(self, proof: Proof) -> None: ...

    def save(self, proof: Proof) -> None: ...


class GuestRepository(Protocol):
    async def get(self, guest_id: UserId) -> Guest | None: ...

    async def unclaimed(self, email: str, *, limit: int) -> Sequence[Guest]:
        """Of that address, without regard to case, oldest first; none who buys tests only, for no
        user sees a test."""
        ...

    def add(self, guest: Guest) -> None: ...

    def hand_over(self, guest: Guest) -> None:
        """Notes a guest that was just claimed. Commit makes every hold and order of it the
        user's."""
        ...


class OrganizerRepository(Protocol):
    async def get(self, organizer_id: OrganizerId) -> Organizer | None: ...

    async def many(self, organizer_ids: Sequence[OrganizerId]) -> Sequence[Organizer]:
        """Those of them that exist, by id."""
        ...

    def add(self, organizer: Organizer) -> None:
        """Commit raises SlugTaken."""
        ...

    def save(self, organizer: Organizer) -> None:
        """With its members."""
        ...


class InvitationRepository(Protocol):
    async def get(self, invitation_id: InvitationId) -> Invitation | None:
        """One of the actor's organizers, or one to the actor's own address."""
        ...

    async def page(
        self,
        organizer_id: OrganizerId,
        *,
        after: tuple[datetime, InvitationId] | None,
        limit: int,
    ) -> Sequence[Invitation]:
        """Newest first: ordered by (created_at, id) descending, from just behind `after`."""
        ...

    async def made_by(self, user_id: UserId, *, since: datetime) -> Sequence[Invitation]:
        """For the actor's organizers, whatever became of them, oldest first."""
        ...

    def add(self, invitation: Invitation) -> None: ...

    def save(self, invitation: Invitation) -> None: ...


class ApiKeyRepository(Protocol):
    async def get(self, api_key_id: ApiKeyId) -> ApiKey | None: ...

    async def page(
        self, organizer_id: OrganizerId, *, after: tuple[datetime, ApiKeyId] | None, limit: int
    ) -> Sequence[ApiKey]:
        """Newest first: ordered by (created_at, id) descending, from just behind `after`."""
        ...

    def add(self, api_key: ApiKey) -> None: ...

    def save(self, api_key: ApiKey) -> None: ...
