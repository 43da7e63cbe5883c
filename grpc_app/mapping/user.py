"""Users."""

from application.user.get_me import GetMe
from application.views.user import UserView
from grpc_app.generated.holdfast.v1.user_pb2 import GetMeRequest, User
from grpc_app.mapping.values import timestamp


def get_me(request: GetMeRequest) -> GetMe:
    return GetMe()


def user(view: UserView) -> User:
    return User(
        id=str(view.id), email=view.email, name=view.name, created_at=timestamp(view.created_at)
    )
