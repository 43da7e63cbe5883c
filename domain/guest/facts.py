"""What happens to guests."""

from dataclasses import dataclass
from uuid import UUID

from shared.facts import Fact
from shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestFact(Fact):
    guest_id: UserId

    @property
    def aggregate_id(self) -> UUID:
        return self.guest_id


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestCreated(GuestFact):
    """Somebody buys without an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestClaimed(GuestFact):
    """Whatever was the guest's is the user's from now on."""

    user_id: UserId
