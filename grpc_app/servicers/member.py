"""Members of organizers, and invitations to become one."""

from application.app import MemberOperations
from grpc_app.generated.holdfast.v1 import member_pb2 as wire
from grpc_app.generated.holdfast.v1 import organizer_pb2
from grpc_app.generated.holdfast.v1.member_pb2_grpc import MemberServiceServicer
from grpc_app.mapping import member as mapping
from grpc_app.mapping import organizer as organizer_mapping
from grpc_app.perform import perform


class MemberServicer(MemberServiceServicer):
    def __init__(self, members: MemberOperations) -> None:
        self._members = members

    async def ListMembers(
        self, request: wire.ListMembersRequest, context: object
    ) -> wire.ListMembersResponse:
        return mapping.members(await perform(self._members.list, mapping.list_members, request))

    async def ChangeMemberRole(
        self, request: wire.ChangeMemberRoleRequest, context: object
    ) -> wire.Member:
        return mapping.member(
            await perform(self._members.change_role, mapping.change_member_role, request)
        )

    async def RemoveMember(self, request: wire.RemoveMemberRequest, context: object) -> wire.Member:
        return mapping.member(await perform(self._members.remove, mapping.remove_member, request))

    async def InviteMember(
        self, request: wire.InviteMemberRequest, context: object
    ) -> wire.Invitation:
        return mapping.invitation(
            await perform(self._members.invite, mapping.invite_member, request)
        )

    async def ListInvitations(
        self, request: wire.ListInvitationsRequest, context: object
    ) -> wire.ListInvitationsResponse:
        return mapping.invitations(
            await perform(self._members.list_invitations, mapping.list_invitations, request)
        )

    async def RevokeInvitation(
        self, request: wire.RevokeInvitationRequest, context: object
    ) -> wire.Invitation:
        return mapping.invitation(
            await perform(self._members.revoke_invitation, mapping.revoke_invitation, request)
        )

    async def AcceptInvitation(
        self, request: wire.AcceptInvitationRequest, context: object
    ) -> organizer_pb2.OwnOrganizer:
        return organizer_mapping.own_organizer(
            await perform(self._members.accept_invitation, mapping.accept_invitation, request)
        )
