"""Accounts, sessions and their tokens."""

from google.protobuf.empty_pb2 import Empty

from application.app import AuthOperations
from grpc_app.generated.holdfast.v1 import auth_pb2 as wire
from grpc_app.generated.holdfast.v1 import user_pb2
from grpc_app.generated.holdfast.v1.auth_pb2_grpc import AuthServiceServicer
from grpc_app.mapping import auth as mapping
from grpc_app.mapping import user as user_mapping
from grpc_app.perform import perform


class AuthServicer(AuthServiceServicer):
    def __init__(self, auth: AuthOperations) -> None:
        self._auth = auth

    async def Register(self, request: wire.RegisterRequest, context: object) -> user_pb2.User:
        return user_mapping.user(await perform(self._auth.register, mapping.register, request))

    async def Login(self, request: wire.LoginRequest, context: object) -> wire.Tokens:
        return mapping.tokens(await perform(self._auth.login, mapping.login, request))

    async def RefreshToken(self, request: wire.RefreshTokenRequest, context: object) -> wire.Tokens:
        return mapping.tokens(await perform(self._auth.refresh, mapping.refresh_token, request))

    async def Logout(self, request: wire.LogoutRequest, context: object) -> Empty:
        await perform(self._auth.logout, mapping.logout, request)
        return Empty()

    async def LogoutEverywhere(
        self, request: wire.LogoutEverywhereRequest, context: object
    ) -> Empty:
        await perform(self._auth.logout_everywhere, mapping.logout_everywhere, request)
        return Empty()

    async def RequestPasswordReset(
        self, request: wire.RequestPasswordResetRequest, context: object
    ) -> Empty:
        await perform(self._auth.request_password_reset, mapping.request_password_reset, request)
        return Empty()

    async def ResetPassword(self, request: wire.ResetPasswordRequest, context: object) -> Empty:
        await perform(self._auth.reset_password, mapping.reset_password, request)
        return Empty()

    async def RequestEmailVerification(
        self, request: wire.RequestEmailVerificationRequest, context: object
    ) -> Empty:
        await perform(
            self._auth.request_email_verification, mapping.request_email_verification, request
        )
        return Empty()

    async def VerifyEmail(self, request: wire.VerifyEmailRequest, context: object) -> Empty:
        await perform(self._auth.verify_email, mapping.verify_email, request)
        return Empty()
