"""Shapes of users."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, Field
from pydantic.config import JsonDict

from api.changes import Unchanged
from api.shape import Id, Input, Output, Text, page_of, with_example
from application.user.change_password import ChangePassword
from application.user.update_me import UpdateMe
from shared.ids import UserId

UserIdPath = Annotated[UserId, Id, Path(description="The user.")]

_USER: Final[JsonDict] = {
    "id": "01936b2a-7c00-7a10-8000-000000000001",
    "email": "ada@example.com",
    "email_verified": True,
    "name": "Ada",
    "active": True,
    "superuser": False,
    "created_at": "2026-11-21T10:00:00.000000Z",
}


class UserChanges(Input):
    """What is left out stays as it is."""

    model_config = with_example({"name": "Ada L."})

    name: Unchanged[Text] = None

    def command(self) -> UpdateMe:
        return UpdateMe(name=self.name)


class PasswordChange(Input):
    model_config = with_example(
        {
            "current_password": "correct horse battery",  # nosec B105: an example
            "new_password": "an even better staple",  # nosec B105: an example
        }
    )

    current_password: Text
    new_password: Text

    def command(self) -> ChangePassword:
        return ChangePassword(
            current_password=self.current_password, new_password=self.new_password
        )


class User(Output):
    model_config = with_example(_USER)

    id: UUID
    email: str
    email_verified: bool = Field(description="Whether the address was proved to be the user's.")
    name: str
    active: bool = Field(description="Who is not cannot log in.")
    superuser: bool = Field(description="Whether the user administers this installation.")
    created_at: AwareDatetime


class UserPage(Output):
    model_config = with_example(page_of(_USER))

    items: list[User]
    next_page_token: str = Field(description="Empty on the last page.")
