"""Shapes of organizers."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, Field
from pydantic.config import JsonDict

from api.shape import Id, Input, Output, Text, page_of, with_example
from application.organizer.create_organizer import CreateOrganizer
from domain.organizer.organizer import Role
from shared.ids import OrganizerId

OrganizerIdPath = Annotated[OrganizerId, Id, Path(description="The organizer.")]

_OWN: Final[JsonDict] = {
    "id": "01936b2a-7c00-7a10-8000-000000000002",
    "name": "Harbour Hall",
    "slug": "harbour-hall",
    "role": "OWNER",
    "created_at": "2026-11-21T10:00:00.000000Z",
}


class NewOrganizer(Input):
    model_config = with_example({"name": "Harbour Hall", "slug": "harbour-hall"})

    name: Text
    slug: Text = Field(description="For addresses: a-z, 0-9 and inner hyphens; unique.")

    def command(self) -> CreateOrganizer:
        return CreateOrganizer(name=self.name, slug=self.slug)


class Organizer(Output):
    model_config = with_example(
        {
            "id": "01936b2a-7c00-7a10-8000-000000000002",
            "name": "Harbour Hall",
            "slug": "harbour-hall",
            "created_at": "2026-11-21T10:00:00.000000Z",
        }
    )

    id: UUID
    name: str
    slug: str
    created_at: AwareDatetime


class OwnOrganizer(Output):
    model_config = with_example(_OWN)

    id: UUID
    name: str
    slug: str
    role: Role = Field(description="That of the reader.")
    created_at: AwareDatetime


class OwnOrganizerPage(Output):
    model_config = with_example(page_of(_OWN))

    items: list[OwnOrganizer]
    next_page_token: str = Field(description="Always empty: all are on one page.")
