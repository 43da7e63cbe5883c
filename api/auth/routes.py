"""REST: open an account and get a token for it."""

from starlette.responses import Response

from api.answers import answer, created
from api.auth.schemas import Credentials, Registration, Tokens
from api.context import Call
from api.routing import PREFIX, Routes
from api.user.schemas import User
from application.app import AuthOperations
from application.errors import CredentialsInvalid
from domain.user.errors import EmailTaken


def add_auth_routes(routes: Routes, auth: AuthOperations) -> None:
    @routes.post(
        "/auth/register",
        auth.register,
        summary="Open an account",
        answers=User,
        status=201,
        says="The new account.",
        refuses=(EmailTaken,),
    )
    async def register(call: Call, body: Registration) -> Response:
        """The e-mail address is the name to log in with. No token is needed."""
        user = await auth.register(body.command(), call.ctx)
        return created(call, user, f"{PREFIX}/users/me")

    @routes.post(
        "/auth/login",
        auth.login,
        summary="Log in",
        answers=Tokens,
        says="A token for this account.",
        refuses=(CredentialsInvalid,),
    )
    async def login(call: Call, body: Credentials) -> Response:
        """Answers a token that every other operation wants as `Authorization: Bearer …`."""
        return answer(call, await auth.login(body.command(), call.ctx))
