"""Accounts and access tokens."""

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
