"""What happens to organizers."""

from dataclasses import dataclass
from uuid import UUID

from shared.facts import Fact
from shared.ids import OrganizerId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizerCreated(Fact):
    organizer_id: OrganizerId
    owner_id: UserId

    @property
    def aggregate_id(self) -> UUID:
        return self.organizer_id
