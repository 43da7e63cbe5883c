"""Users."""

from application.user.activate_user import ActivateUser
from application.user.change_password import ChangePassword
from application.user.deactivate_user import DeactivateUser
from application.user.get_me import GetMe
from application.user.get_user import GetUser
from application.user.grant_superuser import GrantSuperuser
from application.user.list_users import ListUsers
from application.user.revoke_superuser import RevokeSuperuser
from application.user.update_me import UpdateMe
from application.views.page import Page
from application.views.user import UserView
from grpc_app.generated.holdfast.v1 import user_pb2 as wire
from grpc_app.mapping.shape import Shape
from grpc_app.mapping.values import timestamp
from shared.ids import UserId


def get_me(request: wire.GetMeRequest) -> GetMe:
    return GetMe()


def update_me(request: wire.UpdateMeRequest) -> UpdateMe:
    shape = Shape(request)
    return shape.done(UpdateMe(name=shape.maybe_text("name")))


def change_password(request: wire.ChangePasswordRequest) -> ChangePassword:
    shape = Shape(request)
    return shape.done(
        ChangePassword(
            current_password=shape.text("current_password"),
            new_password=shape.text("new_password"),
        )
    )


def list_users(request: wire.ListUsersRequest) -> ListUsers:
    shape = Shape(request)
    return shape.done(
        ListUsers(
            page_size=shape.maybe_integer("page_size"), page_token=shape.maybe_text("page_token")
        )
    )


def get_user(request: wire.GetUserRequest) -> GetUser:
    shape = Shape(request)
    return shape.done(GetUser(user_id=_user_id(shape)))


def activate_user(request: wire.ActivateUserRequest) -> ActivateUser:
    shape = Shape(request)
    return shape.done(ActivateUser(user_id=_user_id(shape)))


def deactivate_user(request: wire.DeactivateUserRequest) -> DeactivateUser:
    shape = Shape(request)
    return shape.done(DeactivateUser(user_id=_user_id(shape)))


def grant_superuser(request: wire.GrantSuperuserRequest) -> GrantSuperuser:
    shape = Shape(request)
    return shape.done(GrantSuperuser(user_id=_user_id(shape)))


def revoke_superuser(request: wire.RevokeSuperuserRequest) -> RevokeSuperuser:
    shape = Shape(request)
    return shape.done(RevokeSuperuser(user_id=_user_id(shape)))


def user(view: UserView) -> wire.User:
    return wire.User(
        id=str(view.id),
        email=view.email,
        email_verified=view.email_verified,
        name=view.name,
        active=view.active,
        superuser=view.superuser,
        created_at=timestamp(view.created_at),
    )


def users(page: Page[UserView]) -> wire.ListUsersResponse:
    return wire.ListUsersResponse(
        items=[user(each) for each in page.items], next_page_token=page.next_page_token
    )


def _user_id(shape: Shape) -> UserId:
    return UserId(shape.uuid("user_id"))
