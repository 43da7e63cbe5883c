"""Shapes of accounts and tokens."""

from pydantic import Field

from api.shape import Input, Output, Text, with_example
from application.auth.login import Login
from application.auth.register import Register


class Registration(Input):
    model_config = with_example(
        {
            "email": "ada@example.com",
            "password": "correct horse battery",  # nosec B105: an example
            "name": "Ada",
        }
    )

    email: Text
    password: Text
    name: Text

    def command(self) -> Register:
        return Register(email=self.email, password=self.password, name=self.name)


class Credentials(Input):
    model_config = with_example(
        {"email": "ada@example.com", "password": "correct horse battery"}  # nosec B105: an example
    )

    email: Text
    password: Text

    def command(self) -> Login:
        return Login(email=self.email, password=self.password)


class Tokens(Output):
    model_config = with_example(
        {
            "access_token": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl",  # nosec B105
            "token_type": "Bearer",  # nosec B105: an example
            "expires_in": 600,
        }
    )

    access_token: str = Field(description="Send it as `Authorization: Bearer …`.")
    token_type: str = Field(description="Always `Bearer`.")
    expires_in: int = Field(description="Life of the access token in seconds.")
