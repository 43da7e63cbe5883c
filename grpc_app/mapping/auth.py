"""Accounts and access tokens."""

from application.auth.login import Login
from application.auth.register import Register
from application.views.user import TokensView
from grpc_app.generated.holdfast.v1.auth_pb2 import LoginRequest, RegisterRequest, Tokens
from grpc_app.mapping.shape import Shape


def register(request: RegisterRequest) -> Register:
    shape = Shape(request)
    return shape.done(
        Register(
            email=shape.text("email"), password=shape.text("password"), name=shape.text("name")
        )
    )


def login(request: LoginRequest) -> Login:
    shape = Shape(request)
    return shape.done(Login(email=shape.text("email"), password=shape.text("password")))


def tokens(view: TokensView) -> Tokens:
    return Tokens(
        access_token=view.access_token, token_type=view.token_type, expires_in=view.expires_in
    )
