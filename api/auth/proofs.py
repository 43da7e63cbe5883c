"""REST: prove by mail that an account is one's own."""

from starlette.responses import Response

from api.answers import done
from api.auth.schemas import EmailProof, Forgotten, NewPassword
from api.context import Call
from api.routing import Routes
from application.app import AuthOperations
from application.auth.request_email_verification import RequestEmailVerification
from application.errors import RateLimited
from domain.user.errors import ProofInvalid


def add_proof_routes(routes: Routes, auth: AuthOperations) -> None:
    @routes.post(
        "/auth/password-reset",
        auth.request_password_reset,
        summary="Ask for a new password",
        answers=None,
        status=202,
        says="A mail is sent, if there is such an account.",
    )
    async def request_password_reset(call: Call, body: Forgotten) -> Response:
        """The mail has a token for ResetPassword. The answer is the same for every address."""
        await auth.request_password_reset(body.command(), call.ctx)
        return done(call, 202)

    @routes.post(
        "/auth/password-reset/confirm",
        auth.reset_password,
        summary="Choose a new password",
        answers=None,
        status=204,
        says="The password is changed.",
        refuses=(ProofInvalid,),
    )
    async def reset_password(call: Call, body: NewPassword) -> Response:
        """With the token of the mail, once. Every session of the account ends."""
        await auth.reset_password(body.command(), call.ctx)
        return done(call)

    @routes.post(
        "/auth/verify-email",
        auth.request_email_verification,
        summary="Ask for another verification mail",
        answers=None,
        status=202,
        says="A mail is sent, unless the address is verified.",
        refuses=(RateLimited,),
    )
    async def request_email_verification(call: Call) -> Response:
        """The mail has a token for VerifyEmail; so had the one that came after Register."""
        await auth.request_email_verification(RequestEmailVerification(), call.ctx)
        return done(call, 202)

    @routes.post(
        "/auth/verify-email/confirm",
        auth.verify_email,
        summary="Verify an e-mail address",
        answers=None,
        status=204,
        says="The address is verified.",
        refuses=(ProofInvalid,),
    )
    async def verify_email(call: Call, body: EmailProof) -> Response:
        """With the token of the mail, once, logged in to the account that it was sent to."""
        await auth.verify_email(body.command(), call.ctx)
        return done(call)
