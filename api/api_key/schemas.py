"""Shapes of API keys."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, Field
from pydantic.config import JsonDict

from api.shape import Flag, Id, Input, Output, Text, Time, page_of, with_example
from application.api_key.create_api_key import CreateApiKey
from shared.ids import ApiKeyId, OrganizerId

ApiKeyIdPath = Annotated[ApiKeyId, Id, Path(description="The API key.")]

_API_KEY: Final[JsonDict] = {
    "id": "01936b2a-7c00-7a10-8000-00000000000d",
    "organizer_id": "01936b2a-7c00-7a10-8000-000000000002",
    "name": "Box office",
    "hint": "hf_live_7Qm2",
    "live": True,
    "scopes": ["GetEvent", "GetOrder", "ListOrders"],
    "created_at": "2026-11-21T10:00:00.000000Z",
    "expires_at": "2027-11-21T10:00:00.000000Z",
    "last_used_at": None,
    "revoked_at": None,
    "key": None,
}


class NewApiKey(Input):
    model_config = with_example(
        {
            "name": "Box office",
            "live": True,
            "scopes": ["GetEvent", "GetOrder", "ListOrders"],
            "expires_at": "2027-11-21T10:00:00Z",
        }
    )

    name: Text
    live: Flag = Field(description="A test key (false) makes tests and sees nothing else.")
    scopes: list[Text] = Field(description="Names of the operations it may call.")
    expires_at: Time | None = Field(default=None, description="null is not before it is revoked.")

    def command(self, organizer_id: OrganizerId) -> CreateApiKey:
        return CreateApiKey(
            organizer_id=organizer_id,
            name=self.name,
            live=self.live,
            scopes=tuple(self.scopes),
            expires_at=self.expires_at,
        )


class ApiKey(Output):
    model_config = with_example(_API_KEY)

    id: UUID
    organizer_id: UUID
    name: str
    hint: str = Field(description="The first characters of the key.")
    live: bool = Field(description="Whether it is for what is real, or for tests.")
    scopes: list[str] = Field(description="Names of the operations it may call.")
    created_at: AwareDatetime
    expires_at: AwareDatetime | None
    last_used_at: AwareDatetime | None = Field(description="To the minute.")
    revoked_at: AwareDatetime | None
    key: str | None = Field(description="The key: in the answer to CreateApiKey, and never again.")


class ApiKeyPage(Output):
    model_config = with_example(page_of(_API_KEY))

    items: list[ApiKey]
    next_page_token: str = Field(description="Empty on the last page.")
