"""Users."""

from application.app import UserOperations
from grpc_app.generated.holdfast.v1 import user_pb2 as wire
from grpc_app.generated.holdfast.v1.user_pb2_grpc import UserServiceServicer
from grpc_app.mapping import user as mapping
from grpc_app.perform import perform


class UserServicer(UserServiceServicer):
    def __init__(self, users: UserOperations) -> None:
        self._users = users

    async def GetMe(self, request: wire.GetMeRequest, context: object) -> wire.User:
        return mapping.user(await perform(self._users.get_me, mapping.get_me, request))
