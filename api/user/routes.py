"""REST: the calling account."""

from starlette.responses import Response

from api.answers import answer
from api.context import Call
from api.routing import Routes
from api.user.schemas import User
from application.app import UserOperations
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
