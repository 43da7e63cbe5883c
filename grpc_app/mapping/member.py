"""Members of organizers, and invitations to become one."""

from application.member.accept_invitation import AcceptInvitation
from application.member.change_member_role import ChangeMemberRole
from application.member.invite_member import InviteMember
from application.member.list_invitations import ListInvitations
from application.member.list_members import ListMembers
from application.member.remove_member import RemoveMember
from application.member.revoke_invitation import RevokeInvitation
from application.views.organizer import InvitationView, MemberView
from application.views.page import Page
from domain.organizer.organizer import Role
from grpc_app.generated.holdfast.v1 import member_pb2 as wire
from grpc_app.mapping.shape import Shape
from grpc_app.mapping.values import timestamp
from shared.ids import InvitationId, OrganizerId, UserId


def list_members(request: wire.ListMembersRequest) -> ListMembers:
    shape = Shape(request)
    return shape.done(ListMembers(organizer_id=_organizer_id(shape)))


def change_member_role(request: wire.ChangeMemberRoleRequest) -> ChangeMemberRole:
    shape = Shape(request)
    return shape.done(
        ChangeMemberRole(
            organizer_id=_organizer_id(shape),
            user_id=UserId(shape.uuid("user_id")),
            role=shape.choice("role", Role),
        )
    )


def remove_member(request: wire.RemoveMemberRequest) -> RemoveMember:
    shape = Shape(request)
    return shape.done(
        RemoveMember(organizer_id=_organizer_id(shape), user_id=UserId(shape.uuid("user_id")))
    )


def invite_member(request: wire.InviteMemberRequest) -> InviteMember:
    shape = Shape(request)
    return shape.done(
        InviteMember(
            organizer_id=_organizer_id(shape),
            email=shape.text("email"),
            role=shape.choice("role", Role),
        )
    )


def list_invitations(request: wire.ListInvitationsRequest) -> ListInvitations:
    shape = Shape(request)
    return shape.done(
        ListInvitations(
            organizer_id=_organizer_id(shape),
            page_size=shape.maybe_integer("page_size"),
            page_token=shape.maybe_text("page_token"),
        )
    )


def revoke_invitation(request: wire.RevokeInvitationRequest) -> RevokeInvitation:
    shape = Shape(request)
    return shape.done(
        RevokeInvitation(
            organizer_id=_organizer_id(shape),
            invitation_id=InvitationId(shape.uuid("invitation_id")),
        )
    )


def accept_invitation(request: wire.AcceptInvitationRequest) -> AcceptInvitation:
    shape = Shape(request)
    return shape.done(AcceptInvitation(token=shape.text("token")))


def member(view: MemberView) -> wire.Member:
    return wire.Member(
        user_id=str(view.user_id),
        name=view.name,
        email=view.email,
        role=view.role,
        joined_at=timestamp(view.joined_at),
    )


def members(page: Page[MemberView]) -> wire.ListMembersResponse:
    return wire.ListMembersResponse(
        items=[member(each) for each in page.items], next_page_token=page.next_page_token
    )


def invitation(view: InvitationView) -> wire.Invitation:
    return wire.Invitation(
        id=str(view.id),
        organizer_id=str(view.organizer_id),
        email=view.email,
        role=view.role,
        state=view.state,
        created_at=timestamp(view.created_at),
        expires_at=timestamp(view.expires_at),
    )


def invitations(page: Page[InvitationView]) -> wire.ListInvitationsResponse:
    return wire.ListInvitationsResponse(
        items=[invitation(each) for each in page.items], next_page_token=page.next_page_token
    )


def _organizer_id(shape: Shape) -> OrganizerId:
    return OrganizerId(shape.uuid("organizer_id"))
