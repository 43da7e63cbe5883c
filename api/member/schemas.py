"""Shapes of members and invitations."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, Field
from pydantic.config import JsonDict

from api.shape import Id, Input, Output, Text, among, page_of, with_example
from application.member.accept_invitation import AcceptInvitation
from application.member.change_member_role import ChangeMemberRole
from application.member.invite_member import InviteMember
from domain.organizer.invitation import InvitationState
from domain.organizer.organizer import Role
from shared.ids import InvitationId, OrganizerId, UserId

MemberIdPath = Annotated[UserId, Id, Path(description="The user who is a member.")]
InvitationIdPath = Annotated[InvitationId, Id, Path(description="The invitation.")]

_MEMBER: Final[JsonDict] = {
    "user_id": "01936b2a-7c00-7a10-8000-000000000001",
    "name": "Ada",
    "email": "ada@example.com",
    "role": "OWNER",
    "joined_at": "2026-11-21T10:00:00.000000Z",
}
_INVITATION: Final[JsonDict] = {
    "id": "01936b2a-7c00-7a10-8000-00000000000c",
    "organizer_id": "01936b2a-7c00-7a10-8000-000000000002",
    "email": "grace@example.com",
    "role": "MANAGER",
    "state": "OPEN",
    "created_at": "2026-11-21T10:00:00.000000Z",
    "expires_at": "2026-11-28T10:00:00.000000Z",
}


class RoleChange(Input):
    model_config = with_example({"role": "FINANCE"})

    role: Annotated[Role, among(Role)]

    def command(self, organizer_id: OrganizerId, user_id: UserId) -> ChangeMemberRole:
        return ChangeMemberRole(organizer_id=organizer_id, user_id=user_id, role=self.role)


class NewInvitation(Input):
    model_config = with_example({"email": "grace@example.com", "role": "MANAGER"})

    email: Text
    role: Annotated[Role, among(Role)]

    def command(self, organizer_id: OrganizerId) -> InviteMember:
        return InviteMember(organizer_id=organizer_id, email=self.email, role=self.role)


class Acceptance(Input):
    model_config = with_example(
        {
            "token": (  # nosec B105: an example
                "hfi_AZNrKnwAehCAAAAAAAAADAAAAABK0yGkGvRk8Wv3mQb1nqZb2c4hT0uYx7sPeA"
            )
        }
    )

    token: Text = Field(description="That of the mail.")

    def command(self) -> AcceptInvitation:
        return AcceptInvitation(token=self.token)


class Member(Output):
    model_config = with_example(_MEMBER)

    user_id: UUID
    name: str
    email: str
    role: Role
    joined_at: AwareDatetime


class MemberPage(Output):
    model_config = with_example(page_of(_MEMBER))

    items: list[Member]
    next_page_token: str = Field(description="Always empty: all members are on one page.")


class Invitation(Output):
    model_config = with_example(_INVITATION)

    id: UUID
    organizer_id: UUID
    email: str
    role: Role
    state: InvitationState = Field(description="EXPIRED from `expires_at` on.")
    created_at: AwareDatetime
    expires_at: AwareDatetime


class InvitationPage(Output):
    model_config = with_example(page_of(_INVITATION))

    items: list[Invitation]
    next_page_token: str = Field(description="Empty on the last page.")
