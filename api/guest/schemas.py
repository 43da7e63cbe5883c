"""Shapes of guests."""

from uuid import UUID

from pydantic import Field

from api.auth.schemas import ACCESS_TOKEN
from api.shape import Input, Output, Text, with_example
from application.guest.create_guest import CreateGuest


class NewGuest(Input):
    model_config = with_example({"email": "ada@example.com"})

    email: Text = Field(description="An account with this address can claim the guest later.")

    def command(self) -> CreateGuest:
        return CreateGuest(email=self.email)


class Guest(Output):
    model_config = with_example(
        {
            "id": "01936b2a-7c00-7a10-8000-00000000000b",
            "access_token": ACCESS_TOKEN,
            "token_type": "Bearer",  # nosec B105: an example
            "expires_in": 3600,
        }
    )

    id: UUID
    access_token: str = Field(description="Send it as `Authorization: Bearer …`.")
    token_type: str = Field(description="Always `Bearer`.")
    expires_in: int = Field(description="Life of the token in seconds; it has no successor.")


class GuestClaim(Output):
    model_config = with_example({"guests": 1})

    guests: int = Field(description="How many became part of the account; 100 by one call.")
