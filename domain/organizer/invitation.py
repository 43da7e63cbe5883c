"""An invitation to act for an organizer, sent to an address and accepted by its account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from domain.lifecycle import Lifecycle
from domain.organizer.errors import InvitationNotOpen
from domain.organizer.facts import InvitationAccepted, InvitationRevoked, MemberInvited
from domain.organizer.organizer import Role
from shared.checks import Checks
from shared.facts import Aggregate
from shared.ids import InvitationId, OrganizerId, UserId


class InvitationState(Enum):
    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    """As readers see it past its deadline; nobody writes it."""


LIFECYCLE = Lifecycle(
    name="Invitation",
    transitions={
        InvitationState.OPEN: frozenset(
            {InvitationState.ACCEPTED, InvitationState.REVOKED, InvitationState.EXPIRED}
        ),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(Aggregate):
    id: InvitationId
    organizer_id: OrganizerId
    email: str
    role: Role
    state: InvitationState
    invited_by: UserId
    created_at: datetime
    expires_at: datetime

    @staticmethod
    def invite(
        *,
        id: InvitationId,
        organizer_id: OrganizerId,
        email: str,
        role: Role,
        by: UserId,
        lasts: timedelta,
        at: datetime,
    ) -> "Invitation":
        """Raises FieldInvalid."""
        checks = Checks()
        email = checks.email("email", email)
        checks.done()
        fact = MemberInvited(
            invitation_id=id, organizer_id=organizer_id, role=role.value, occurred_at=at
        )
        return Invitation(
            id=id,
            organizer_id=organizer_id,
            email=email,
            role=role,
            state=InvitationState.OPEN,
            invited_by=by,
            created_at=at,
            expires_at=at + lasts,
            facts=(fact,),
        )

    def state_at(self, at: datetime) -> InvitationState:
        """As a reader must see it."""
        over = self.state is InvitationState.OPEN and at >= self.expires_at
        return InvitationState.EXPIRED if over else self.state

    def accept(self, user_id: UserId, *, at: datetime) -> "Invitation":
        """By the account of its address, which who calls has checked. Raises InvitationNotOpen."""
        self._require_open(at)
        fact = InvitationAccepted(
            invitation_id=self.id, organizer_id=self.organizer_id, user_id=user_id, occurred_at=at
        )
        return self._changed(fact, state=InvitationState.ACCEPTED)

    def revoke(self, *, at: datetime) -> "Invitation":
        """Raises InvitationNotOpen."""
        self._require_open(at)
        fact = InvitationRevoked(
            invitation_id=self.id, organizer_id=self.organizer_id, occurred_at=at
        )
        return self._changed(fact, state=InvitationState.REVOKED)

    def _require_open(self, at: datetime) -> None:
        state = self.state_at(at)
        if state is not InvitationState.OPEN:
            raise InvitationNotOpen(metadata={"state": state.value})
