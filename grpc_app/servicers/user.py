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

    async def UpdateMe(self, request: wire.UpdateMeRequest, context: object) -> wire.User:
        return mapping.user(await perform(self._users.update_me, mapping.update_me, request))

    async def ChangePassword(
        self, request: wire.ChangePasswordRequest, context: object
    ) -> wire.User:
        return mapping.user(
            await perform(self._users.change_password, mapping.change_password, request)
        )

    async def ListUsers(
        self, request: wire.ListUsersRequest, context: object
    ) -> wire.ListUsersResponse:
        return mapping.users(await perform(self._users.list, mapping.list_users, request))

    async def GetUser(self, request: wire.GetUserRequest, context: object) -> wire.User:
        return mapping.user(await perform(self._users.get, mapping.get_user, request))

    async def ActivateUser(self, request: wire.ActivateUserRequest, context: object) -> wire.User:
        return mapping.user(await perform(self._users.activate, mapping.activate_user, request))

    async def DeactivateUser(
        self, request: wire.DeactivateUserRequest, context: object
    ) -> wire.User:
        return mapping.user(await perform(self._users.deactivate, mapping.deactivate_user, request))

    async def GrantSuperuser(
        self, request: wire.GrantSuperuserRequest, context: object
    ) -> wire.User:
        return mapping.user(
            await perform(self._users.grant_superuser, mapping.grant_superuser, request)
        )

    async def RevokeSuperuser(
        self, request: wire.RevokeSuperuserRequest, context: object
    ) -> wire.User:
        return mapping.user(
            await perform(self._users.revoke_superuser, mapping.revoke_superuser, request)
        )
