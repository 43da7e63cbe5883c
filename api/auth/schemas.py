"""Shapes of accounts and tokens."""

from typing import Final

from pydantic import Field

from api.shape import Input, Output, Text, with_example
from application.auth.login import Login
from application.auth.refresh_token import RefreshToken
from application.auth.register import Register
from application.auth.request_password_reset import RequestPasswordReset
from application.auth.reset_password import ResetPassword
from application.auth.verify_email import VerifyEmail

ACCESS_TOKEN: Final = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl"  # nosec B105
_SEALED: Final = "AZNrKnwAehCAAAAAAAAAAQAAAABK0yGkGvRk8Wv3mQb1nqZb2c4hT0uYx7sPeA"


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


class Refresh(Input):
    model_config = with_example({"refresh_token": f"hfr_{_SEALED}"})

    refresh_token: Text

    def command(self) -> RefreshToken:
        return RefreshToken(refresh_token=self.refresh_token)


class Forgotten(Input):
    model_config = with_example({"email": "ada@example.com"})

    email: Text

    def command(self) -> RequestPasswordReset:
        return RequestPasswordReset(email=self.email)


class NewPassword(Input):
    model_config = with_example(
        {
            "token": f"hfp_{_SEALED}",
            "new_password": "an even better staple",  # nosec B105: an example
        }
    )

    token: Text = Field(description="That of the mail.")
    new_password: Text

    def command(self) -> ResetPassword:
        return ResetPassword(token=self.token, new_password=self.new_password)


class EmailProof(Input):
    model_config = with_example({"token": f"hfv_{_SEALED}"})

    token: Text = Field(description="That of the mail.")

    def command(self) -> VerifyEmail:
        return VerifyEmail(token=self.token)


class Tokens(Output):
    model_config = with_example(
        {
            "access_token": ACCESS_TOKEN,
            "refresh_token": f"hfr_{_SEALED}",
            "token_type": "Bearer",  # nosec B105: an example
            "expires_in": 600,
        }
    )

    access_token: str = Field(description="Send it as `Authorization: Bearer …`.")
    refresh_token: str = Field(description="Good once, for RefreshToken. Keep it secret.")
    token_type: str = Field(description="Always `Bearer`.")
    expires_in: int = Field(description="Life of the access token in seconds.")
