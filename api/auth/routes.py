"""REST: open an account and get a token for it."""

from starlette.responses import Response

from api.answers import answer, created
from api.auth.schemas import Credentials, Refresh, Registration, Tokens
from api.context import Call
from api.routing import PREFIX, Routes
from api.user.schemas import User
from application.app import AuthOperations
from application.errors import CredentialsInvalid, RateLimited, RefreshTokenInvalid
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
        """The e-mail address is the name to log in with; a mail asks to verify it. Whoever
        registers first is the superuser of this installation."""
        user = await auth.register(body.command(), call.ctx)
        return created(call, user, f"{PREFIX}/users/me")

    @routes.post(
        "/auth/login",
        auth.login,
        summary="Log in",
        answers=Tokens,
        says="Tokens for this account.",
        refuses=(CredentialsInvalid, RateLimited),
    )
    async def login(call: Call, body: Credentials) -> Response:
        """Begins a session. Wrong passwords slow down further attempts, never for long."""
        return answer(call, await auth.login(body.command(), call.ctx))

    @routes.post(
        "/auth/refresh",
        auth.refresh,
        summary="Go on with a session",
        answers=Tokens,
        says="The next tokens of the session.",
        refuses=(RefreshTokenInvalid,),
    )
    async def refresh_token(call: Call, body: Refresh) -> Response:
        """Exchanges the refresh token for the next one; each is good once.

        If the answer gets lost, send the same token again within ten seconds: the answer names the
        same successor. Later, a token that was exchanged before ends the session: two have it.
        """
        return answer(call, await auth.refresh(body.command(), call.ctx))
