"""Accounts, sessions and their tokens."""

from application.auth.login import Login
from application.auth.logout import Logout
from application.auth.logout_everywhere import LogoutEverywhere
from application.auth.refresh_token import RefreshToken
from application.auth.register import Register
from application.auth.request_email_verification import RequestEmailVerification
from application.auth.request_password_reset import RequestPasswordReset
from application.auth.reset_password import ResetPassword
from application.auth.verify_email import VerifyEmail
from application.views.user import TokensView
from grpc_app.generated.holdfast.v1 import auth_pb2 as wire
from grpc_app.mapping.shape import Shape


def register(request: wire.RegisterRequest) -> Register:
    shape = Shape(request)
    return shape.done(
        Register(
            email=shape.text("email"), password=shape.text("password"), name=shape.text("name")
        )
    )


def login(request: wire.LoginRequest) -> Login:
    shape = Shape(request)
    return shape.done(Login(email=shape.text("email"), password=shape.text("password")))


def refresh_token(request: wire.RefreshTokenRequest) -> RefreshToken:
    shape = Shape(request)
    return shape.done(RefreshToken(refresh_token=shape.text("refresh_token")))


def logout(request: wire.LogoutRequest) -> Logout:
    return Logout()


def logout_everywhere(request: wire.LogoutEverywhereRequest) -> LogoutEverywhere:
    return LogoutEverywhere()


def request_password_reset(request: wire.RequestPasswordResetRequest) -> RequestPasswordReset:
    shape = Shape(request)
    return shape.done(RequestPasswordReset(email=shape.text("email")))


def reset_password(request: wire.ResetPasswordRequest) -> ResetPassword:
    shape = Shape(request)
    return shape.done(
        ResetPassword(token=shape.text("token"), new_password=shape.text("new_password"))
    )


def request_email_verification(
    request: wire.RequestEmailVerificationRequest,
) -> RequestEmailVerification:
    return RequestEmailVerification()


def verify_email(request: wire.VerifyEmailRequest) -> VerifyEmail:
    shape = Shape(request)
    return shape.done(VerifyEmail(token=shape.text("token")))


def tokens(view: TokensView) -> wire.Tokens:
    return wire.Tokens(
        access_token=view.access_token,
        refresh_token=view.refresh_token,
        token_type=view.token_type,
        expires_in=view.expires_in,
    )
