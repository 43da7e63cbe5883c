"""Accounts, guests, organizers and who acts for them."""

from application.api_key.create_api_key import CreateApiKey, CreateApiKeyHandler
from application.api_key.list_api_keys import ListApiKeys, ListApiKeysHandler
from application.api_key.revoke_api_key import RevokeApiKey, RevokeApiKeyHandler
from application.app import (
    ApiKeyOperations,
    AuthOperations,
    GuestOperations,
    MemberOperations,
    OrganizerOperations,
    UserOperations,
)
from application.auth.login import Login, LoginHandler
from application.auth.logout import Logout, LogoutHandler
from application.auth.logout_everywhere import LogoutEverywhere, LogoutEverywhereHandler
from application.auth.refresh_token import RefreshToken, RefreshTokenHandler
from application.auth.register import Register, RegisterHandler
from application.auth.request_email_verification import (
    RequestEmailVerification,
    RequestEmailVerificationHandler,
)
from application.auth.request_password_reset import (
    RequestPasswordReset,
    RequestPasswordResetHandler,
)
from application.auth.reset_password import ResetPassword, ResetPasswordHandler
from application.auth.verify_email import VerifyEmail, VerifyEmailHandler
from application.guest.claim_guests import ClaimGuests, ClaimGuestsHandler
from application.guest.create_guest import CreateGuest, CreateGuestHandler
from application.member.accept_invitation import AcceptInvitation, AcceptInvitationHandler
from application.member.change_member_role import ChangeMemberRole, ChangeMemberRoleHandler
from application.member.invite_member import InviteMember, InviteMemberHandler
from application.member.list_invitations import ListInvitations, ListInvitationsHandler
from application.member.list_members import ListMembers, ListMembersHandler
from application.member.remove_member import RemoveMember, RemoveMemberHandler
from application.member.revoke_invitation import RevokeInvitation, RevokeInvitationHandler
from application.organizer.create_organizer import CreateOrganizer, CreateOrganizerHandler
from application.organizer.get_organizer import GetOrganizer, GetOrganizerHandler
from application.organizer.get_reconciliation import GetReconciliation, GetReconciliationHandler
from application.organizer.list_organizers import ListOrganizers, ListOrganizersHandler
from application.user.activate_user import ActivateUser, ActivateUserHandler
from application.user.change_password import ChangePassword, ChangePasswordHandler
from application.user.deactivate_user import DeactivateUser, DeactivateUserHandler
from application.user.get_me import GetMe, GetMeHandler
from application.user.get_user import GetUser, GetUserHandler
from application.user.grant_superuser import GrantSuperuser, GrantSuperuserHandler
from application.user.list_users import ListUsers, ListUsersHandler
from application.user.revoke_superuser import RevokeSuperuser, RevokeSuperuserHandler
from application.user.update_me import UpdateMe, UpdateMeHandler
from application.views.organizer import (
    ApiKeyView,
    InvitationView,
    MemberView,
    OrganizerView,
    OwnOrganizerView,
)
from application.views.page import Page
from application.views.reconciliation import ReconciliationView
from application.views.user import ClaimView, GuestView, TokensView, UserView
from application.wiring.parts import Parts

_NOTHING = type(None)


def auth(parts: Parts) -> AuthOperations:
    op, ports, rules = parts.op, parts.ports, parts.rules
    begin, seals, lasts = ports.begin, ports.seals, rules.session_lasts
    return AuthOperations(
        register=op(
            Register, UserView, RegisterHandler(begin, ports.passwords, ports.ids, parts.proofs)
        ),
        login=op(
            Login,
            TokensView,
            LoginHandler(begin, ports.passwords, parts.guard, parts.issuer, ports.ids, lasts),
        ),
        refresh=op(
            RefreshToken, TokensView, RefreshTokenHandler(begin, seals, parts.issuer, lasts)
        ),
        logout=op(Logout, _NOTHING, LogoutHandler(begin)),
        logout_everywhere=op(LogoutEverywhere, _NOTHING, LogoutEverywhereHandler(begin)),
        request_password_reset=op(
            RequestPasswordReset, _NOTHING, RequestPasswordResetHandler(begin, ports.ids)
        ),
        reset_password=op(
            ResetPassword,
            _NOTHING,
            ResetPasswordHandler(begin, ports.passwords, seals, parts.proofs),
        ),
        request_email_verification=op(
            RequestEmailVerification,
            _NOTHING,
            RequestEmailVerificationHandler(begin, parts.proofs),
        ),
        verify_email=op(VerifyEmail, _NOTHING, VerifyEmailHandler(begin, seals)),
    )


def users(parts: Parts) -> UserOperations:
    op, begin = parts.op, parts.ports.begin
    return UserOperations(
        get_me=op(GetMe, UserView, GetMeHandler(begin)),
        update_me=op(UpdateMe, UserView, UpdateMeHandler(begin)),
        change_password=op(
            ChangePassword,
            UserView,
            ChangePasswordHandler(begin, parts.ports.passwords, parts.guard, parts.proofs),
        ),
        list=op(ListUsers, Page[UserView], ListUsersHandler(begin)),
        get=op(GetUser, UserView, GetUserHandler(begin)),
        activate=op(ActivateUser, UserView, ActivateUserHandler(begin)),
        deactivate=op(DeactivateUser, UserView, DeactivateUserHandler(begin)),
        grant_superuser=op(GrantSuperuser, UserView, GrantSuperuserHandler(begin)),
        revoke_superuser=op(RevokeSuperuser, UserView, RevokeSuperuserHandler(begin)),
    )


def guests(parts: Parts) -> GuestOperations:
    op, ports = parts.op, parts.ports
    return GuestOperations(
        create=op(CreateGuest, GuestView, CreateGuestHandler(ports.begin, ports.tokens, ports.ids)),
        claim=op(ClaimGuests, ClaimView, ClaimGuestsHandler(ports.begin)),
    )


def organizers(parts: Parts) -> OrganizerOperations:
    op, begin, ids = parts.op, parts.ports.begin, parts.ports.ids
    return OrganizerOperations(
        create=op(CreateOrganizer, OrganizerView, CreateOrganizerHandler(begin, ids)),
        get=op(GetOrganizer, OrganizerView, GetOrganizerHandler(begin)),
        list=op(ListOrganizers, Page[OwnOrganizerView], ListOrganizersHandler(begin)),
        get_reconciliation=op(
            GetReconciliation, ReconciliationView, GetReconciliationHandler(begin)
        ),
    )


def members(parts: Parts) -> MemberOperations:
    op, begin, ids, seals = parts.op, parts.ports.begin, parts.ports.ids, parts.ports.seals
    lasts = parts.rules.invitation_lasts
    return MemberOperations(
        list=op(ListMembers, Page[MemberView], ListMembersHandler(begin)),
        change_role=op(ChangeMemberRole, MemberView, ChangeMemberRoleHandler(begin)),
        remove=op(RemoveMember, MemberView, RemoveMemberHandler(begin)),
        invite=op(InviteMember, InvitationView, InviteMemberHandler(begin, ids, lasts)),
        list_invitations=op(ListInvitations, Page[InvitationView], ListInvitationsHandler(begin)),
        revoke_invitation=op(RevokeInvitation, InvitationView, RevokeInvitationHandler(begin)),
        accept_invitation=op(
            AcceptInvitation, OwnOrganizerView, AcceptInvitationHandler(begin, seals)
        ),
    )


def api_keys(parts: Parts) -> ApiKeyOperations:
    op, begin, ids, seals = parts.op, parts.ports.begin, parts.ports.ids, parts.ports.seals
    return ApiKeyOperations(
        create=op(CreateApiKey, ApiKeyView, CreateApiKeyHandler(begin, ids, seals)),
        list=op(ListApiKeys, Page[ApiKeyView], ListApiKeysHandler(begin)),
        revoke=op(RevokeApiKey, ApiKeyView, RevokeApiKeyHandler(begin)),
    )
