"""REST: the calling account."""

from starlette.responses import Response

from api.answers import answer
from api.context import Call
from api.routing import Routes
from api.user.schemas import PasswordChange, User, UserChanges
from application.app import UserOperations
from application.errors import CredentialsInvalid, RateLimited
from application.user.get_me import GetMe


def add_user_routes(routes: Routes, users: UserOperations) -> None:
    @routes.get(
        "/users/me",
        users.get_me,
        summary="Get my account",
        answers=User,
        says="The account of the token.",
    )
    async def get_me(call: Call) -> Response:
        """Who the access token stands for."""
        return answer(call, await users.get_me(GetMe(), call.ctx))

    @routes.patch(
        "/users/me",
        users.update_me,
        summary="Change my account",
        answers=User,
        says="The account as it is now.",
    )
    async def update_me(call: Call, body: UserChanges) -> Response:
        """Changes the fields that are sent. The e-mail address cannot be changed."""
        return answer(call, await users.update_me(body.command(), call.ctx))

    @routes.post(
        "/users/me/password",
        users.change_password,
        summary="Change my password",
        answers=User,
        says="The account, with its new password.",
        refuses=(CredentialsInvalid, RateLimited),
    )
    async def change_password(call: Call, body: PasswordChange) -> Response:
        """By whoever knows the present one. All other sessions of the account end."""
        return answer(call, await users.change_password(body.command(), call.ctx))
