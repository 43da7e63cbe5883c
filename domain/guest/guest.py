"""A guest: buys without an account, and may become the past of one."""

from dataclasses import dataclass
from datetime import datetime

from domain.guest.facts import GuestClaimed, GuestCreated
from shared.checks import Checks
from shared.facts import Aggregate
from shared.ids import OrganizerId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest(Aggregate):
    """Who has `tests_of` buys tests of that organizer only. The address is not verified: it says
    whose account may claim the guest, nothing else."""

    id: UserId
    email: str
    tests_of: OrganizerId | None
    created_at: datetime
    claimed_by: UserId | None

    @staticmethod
    def create(*, id: UserId, email: str, tests_of: OrganizerId | None, at: datetime) -> "Guest":
        """Raises FieldInvalid."""
        checks = Checks()
        email = checks.email("email", email)
        checks.done()
        return Guest(
            id=id,
            email=email,
            tests_of=tests_of,
            created_at=at,
            claimed_by=None,
            facts=(GuestCreated(guest_id=id, occurred_at=at),),
        )

    def claim(self, user_id: UserId, *, at: datetime) -> "Guest":
        """Once, by the user whose verified address is the guest's."""
        if self.claimed_by is not None:
            raise RuntimeError(f"guest {self.id} is claimed already")
        fact = GuestClaimed(guest_id=self.id, user_id=user_id, occurred_at=at)
        return self._changed(fact, claimed_by=user_id)
