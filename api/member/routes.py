"""REST: who acts for an organizer."""

from starlette.responses import Response

from api.answers import answer
from api.context import Call
from api.member.schemas import Member, MemberIdPath, MemberPage, RoleChange
from api.organizer.schemas import OrganizerIdPath
from api.routing import Routes
from application.app import MemberOperations
from application.errors import RoleMissing
from application.member.list_members import ListMembers
from application.member.remove_member import RemoveMember
from domain.organizer.errors import LastOwner, MemberNotFound, OrganizerNotFound


def add_member_routes(routes: Routes, members: MemberOperations) -> None:
    @routes.get(
        "/organizers/{organizer_id}/members",
        members.list,
        summary="List members",
        answers=MemberPage,
        says="All members, by when they joined.",
        refuses=(OrganizerNotFound, RoleMissing),
    )
    async def list_members(call: Call, organizer_id: OrganizerIdPath) -> Response:
        """With their roles."""
        query = ListMembers(organizer_id=organizer_id)
        return answer(call, await members.list(query, call.ctx))

    @routes.patch(
        "/organizers/{organizer_id}/members/{user_id}",
        members.change_role,
        summary="Change a member's role",
        answers=Member,
        says="The member as it is now.",
        refuses=(OrganizerNotFound, RoleMissing, MemberNotFound, LastOwner),
    )
    async def change_member_role(
        call: Call, organizer_id: OrganizerIdPath, user_id: MemberIdPath, body: RoleChange
    ) -> Response:
        """From the next call on. The last owner stays one."""
        command = body.command(organizer_id, user_id)
        return answer(call, await members.change_role(command, call.ctx))

    @routes.delete(
        "/organizers/{organizer_id}/members/{user_id}",
        members.remove,
        summary="Remove a member",
        answers=Member,
        says="The member as it was.",
        refuses=(OrganizerNotFound, RoleMissing, MemberNotFound, LastOwner),
    )
    async def remove_member(
        call: Call, organizer_id: OrganizerIdPath, user_id: MemberIdPath
    ) -> Response:
        """Members leave by removing themselves; only owners remove others."""
        command = RemoveMember(organizer_id=organizer_id, user_id=user_id)
        return answer(call, await members.remove(command, call.ctx))
