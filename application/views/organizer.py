"""Organizers as shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from domain.organizer.organizer import Organizer
from shared.ids import OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizerView:
    id: OrganizerId
    name: str
    slug: str
    created_at: datetime

    @classmethod
    def of(cls, organizer: Organizer) -> Self:
        return cls(
            id=organizer.id,
            name=organizer.name,
            slug=organizer.slug,
            created_at=organizer.created_at,
        )
