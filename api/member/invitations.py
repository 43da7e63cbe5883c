"""REST: invitations to act for an organizer."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from api.answers import answer, created
from api.context import Call
from api.member.schemas import (
    Acceptance,
    Invitation,
    InvitationIdPath,
    InvitationPage,
    NewInvitation,
)
from api.organizer.schemas import OrganizerIdPath, OwnOrganizer
from api.routing import PREFIX, Routes
from api.schemas import PageSearch
from application.app import MemberOperations
from application.errors import RateLimited, RoleMissing
from application.member.list_invitations import ListInvitations
from application.member.revoke_invitation import RevokeInvitation
from domain.organizer.errors import (
    AlreadyMember,
    InvitationNotFound,
    InvitationNotOpen,
    OrganizerNotFound,
)
from domain.user.errors import EmailNotVerified


def add_invitation_routes(routes: Routes, members: MemberOperations) -> None:
    @routes.post(
        "/organizers/{organizer_id}/invitations",
        members.invite,
        summary="Invite a member",
        answers=Invitation,
        status=201,
        says="The invitation; a mail is sent.",
        refuses=(EmailNotVerified, OrganizerNotFound, RoleMissing, RateLimited),
    )
    async def invite_member(
        call: Call, organizer_id: OrganizerIdPath, body: NewInvitation
    ) -> Response:
        """The mail has a token that only the account with this address can accept. Whoever invites
        has verified their own address, and makes at most 50 invitations in 24 hours, 3 of them to
        one address."""
        invitation = await members.invite(body.command(organizer_id), call.ctx)
        return created(call, invitation, f"{PREFIX}/organizers/{organizer_id}/invitations")

    @routes.get(
        "/organizers/{organizer_id}/invitations",
        members.list_invitations,
        summary="List invitations",
        answers=InvitationPage,
        says="A page of invitations, newest first.",
        refuses=(OrganizerNotFound, RoleMissing),
    )
    async def list_invitations(
        call: Call, organizer_id: OrganizerIdPath, search: Annotated[PageSearch, Query()]
    ) -> Response:
        """Whatever became of them."""
        query = ListInvitations(
            organizer_id=organizer_id,
            page_size=search.page_size,
            page_token=search.page_token,
        )
        return answer(call, await members.list_invitations(query, call.ctx))

    @routes.delete(
        "/organizers/{organizer_id}/invitations/{invitation_id}",
        members.revoke_invitation,
        summary="Revoke an invitation",
        answers=Invitation,
        says="The invitation, revoked.",
        refuses=(OrganizerNotFound, RoleMissing, InvitationNotFound, InvitationNotOpen),
    )
    async def revoke_invitation(
        call: Call, organizer_id: OrganizerIdPath, invitation_id: InvitationIdPath
    ) -> Response:
        """As long as nobody accepted it."""
        command = RevokeInvitation(organizer_id=organizer_id, invitation_id=invitation_id)
        return answer(call, await members.revoke_invitation(command, call.ctx))

    @routes.post(
        "/invitations/accept",
        members.accept_invitation,
        summary="Accept an invitation",
        answers=OwnOrganizer,
        says="The organizer, and the role in it.",
        refuses=(InvitationNotFound, InvitationNotOpen, AlreadyMember),
    )
    async def accept_invitation(call: Call, body: Acceptance) -> Response:
        """With the token of the mail, logged in with the address it was sent to."""
        return answer(call, await members.accept_invitation(body.command(), call.ctx))
