"""REST: the end of sessions."""

from starlette.responses import Response

from api.answers import done
from api.context import Call
from api.routing import Routes
from application.app import AuthOperations
from application.auth.logout import Logout
from application.auth.logout_everywhere import LogoutEverywhere


def add_session_routes(routes: Routes, auth: AuthOperations) -> None:
    @routes.post(
        "/auth/logout",
        auth.logout,
        summary="Log out",
        answers=None,
        status=204,
        says="The session is over.",
    )
    async def logout(call: Call) -> Response:
        """Ends the session of the access token; its tokens stop at once."""
        await auth.logout(Logout(), call.ctx)
        return done(call)

    @routes.post(
        "/auth/logout-everywhere",
        auth.logout_everywhere,
        summary="Log out everywhere",
        answers=None,
        status=204,
        says="All sessions are over.",
    )
    async def logout_everywhere(call: Call) -> Response:
        """Ends every session of the account, this one too; all their tokens stop at once."""
        await auth.logout_everywhere(LogoutEverywhere(), call.ctx)
        return done(call)
