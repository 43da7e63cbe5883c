"""REST: the accounts of an installation, for its superusers."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from api.answers import answer
from api.context import Call
from api.routing import Routes
from api.schemas import PageSearch
from api.user.schemas import User, UserIdPath, UserPage
from application.app import UserOperations
from application.user.activate_user import ActivateUser
from application.user.deactivate_user import DeactivateUser
from application.user.get_user import GetUser
from application.user.grant_superuser import GrantSuperuser
from application.user.list_users import ListUsers
from application.user.revoke_superuser import RevokeSuperuser
from domain.user.errors import LastSuperuser, OwnAccount, UserInactive, UserNotFound


def add_user_admin_routes(routes: Routes, users: UserOperations) -> None:
    @routes.get(
        "/users",
        users.list,
        summary="List accounts",
        answers=UserPage,
        says="A page of accounts, oldest first.",
    )
    async def list_users(call: Call, search: Annotated[PageSearch, Query()]) -> Response:
        """Every account of this installation."""
        query = ListUsers(page_size=search.page_size, page_token=search.page_token)
        return answer(call, await users.list(query, call.ctx))

    @routes.get(
        "/users/{user_id}",
        users.get,
        summary="Get an account",
        answers=User,
        says="The account.",
        refuses=(UserNotFound,),
    )
    async def get_user(call: Call, user_id: UserIdPath) -> Response:
        """Anybody's."""
        return answer(call, await users.get(GetUser(user_id=user_id), call.ctx))

    @routes.post(
        "/users/{user_id}/activate",
        users.activate,
        summary="Let an account in again",
        answers=User,
        says="The account, active.",
        refuses=(UserNotFound,),
    )
    async def activate_user(call: Call, user_id: UserIdPath) -> Response:
        """It has to log in anew. An active one stays as it is."""
        return answer(call, await users.activate(ActivateUser(user_id=user_id), call.ctx))

    @routes.post(
        "/users/{user_id}/deactivate",
        users.deactivate,
        summary="Shut an account out",
        answers=User,
        says="The account, deactivated.",
        refuses=(UserNotFound, OwnAccount, LastSuperuser),
    )
    async def deactivate_user(call: Call, user_id: UserIdPath) -> Response:
        """Its tokens stop at once. Nobody deactivates themselves."""
        return answer(call, await users.deactivate(DeactivateUser(user_id=user_id), call.ctx))

    @routes.post(
        "/users/{user_id}/superuser",
        users.grant_superuser,
        summary="Make somebody a superuser",
        answers=User,
        says="The account, a superuser's.",
        refuses=(UserNotFound, UserInactive),
    )
    async def grant_superuser(call: Call, user_id: UserIdPath) -> Response:
        """From the next call on. A superuser stays one."""
        return answer(call, await users.grant_superuser(GrantSuperuser(user_id=user_id), call.ctx))

    @routes.delete(
        "/users/{user_id}/superuser",
        users.revoke_superuser,
        summary="Make a superuser a user like others",
        answers=User,
        says="The account, like others.",
        refuses=(UserNotFound, LastSuperuser),
    )
    async def revoke_superuser(call: Call, user_id: UserIdPath) -> Response:
        """From the next call on. The last one stays."""
        command = RevokeSuperuser(user_id=user_id)
        return answer(call, await users.revoke_superuser(command, call.ctx))
