"""What happens to users."""

from dataclasses import dataclass
from uuid import UUID

from shared.facts import Fact
from shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRegistered(Fact):
    user_id: UserId

    @property
    def aggregate_id(self) -> UUID:
        return self.user_id
