"""Shapes of organizers."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, Field

from api.shape import Id, Input, Output, Text, with_example
from application.organizer.create_organizer import CreateOrganizer
from shared.ids import OrganizerId

OrganizerIdPath = Annotated[OrganizerId, Id, Path(description="The organizer.")]


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
