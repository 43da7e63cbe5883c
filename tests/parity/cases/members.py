"""Who acts for an organizer."""

from collections.abc import Iterator

from tests.faces.outcome import Request
from tests.parity.cases.case import MALFORMED, MISSING, Ask, Case, case, known, nothing, of, within
from tests.parity.scene import Scene


def members() -> Iterator[Case]:
    yield case("one's organizers", "ListOrganizers", "max", nothing)
    yield case("no organizers", "ListOrganizers", "ben", nothing)
    yield case("a server's organizers", "ListOrganizers", "live key", nothing, "USER_REQUIRED")
    yield case("members", "ListMembers", "olga", within())
    yield case("members for a manager", "ListMembers", "max", within())
    yield case(
        "a new role",
        "ChangeMemberRole",
        "olga",
        within(user_id="mia", role="FINANCE"),
    )
    yield case(
        "the last owner's role",
        "ChangeMemberRole",
        "olga",
        within(user_id="olga", role="MANAGER"),
        "LAST_OWNER",
    )
    yield case(
        "a role of no sort",
        "ChangeMemberRole",
        "olga",
        within(user_id=MALFORMED, role="owner"),
        "FIELD_INVALID",
        "user_id",
        "role",
    )
    yield case(
        "no role", "ChangeMemberRole", "olga", within(user_id="mia"), "FIELD_INVALID", "role"
    )
    yield case("removing", "RemoveMember", "olga", within(user_id="rob"))
    yield case("leaving", "RemoveMember", "lea", within(user_id="lea"))
    yield case(
        "removing the last owner", "RemoveMember", "olga", within(user_id="olga"), "LAST_OWNER"
    )
    yield case("removing another", "RemoveMember", "fin", within(user_id="sam"), "ROLE_MISSING")
    for user in ("ben", MISSING):
        yield case(
            f"a role for {user}",
            "ChangeMemberRole",
            "olga",
            within(user_id=user, role="OWNER"),
            "MEMBER_NOT_FOUND",
        )
        yield case(
            f"removing {user}",
            "RemoveMember",
            "olga",
            within(user_id=user),
            "MEMBER_NOT_FOUND",
        )


def invitations() -> Iterator[Case]:
    yield case(
        "inviting",
        "InviteMember",
        "olga",
        within(email="new.member@example.org", role="SCANNER"),
    )
    yield case(
        "inviting nobody",
        "InviteMember",
        "olga",
        within(email="nobody", role="SCANNER"),
        "FIELD_INVALID",
        "email",
    )
    yield case(
        "inviting to nothing", "InviteMember", "olga", within(), "FIELD_INVALID", "email", "role"
    )
    yield case(
        "inviting without a verified address",
        "InviteMember",
        "una",
        within(organizer_id="una's house", email="new.member@example.org", role="SCANNER"),
        "EMAIL_NOT_VERIFIED",
    )
    yield case(
        "inviting without a verified address or a role",
        "InviteMember",
        "una",
        within(organizer_id="una's house", email="new.member@example.org"),
        "FIELD_INVALID",
        "role",
    )
    yield case("inviting too often", "InviteMember", "olga", _often, "RATE_LIMITED")
    yield case("the latest invitation", "ListInvitations", "olga", within(page_size=1))
    yield case("invitations", "ListInvitations", "olga", within(page_size=100))
    yield case(
        "invitations after nonsense",
        "ListInvitations",
        "olga",
        within(page_token="nonsense"),
        "FIELD_INVALID",
        "page_token",
    )
    yield case(
        "revoking an invitation",
        "RevokeInvitation",
        "olga",
        within(invitation_id="spare invitation"),
    )
    for name, invitation in (("revoked", "kim's"), ("accepted", "sam's")):
        yield case(
            f"revoking a {name} invitation",
            "RevokeInvitation",
            "olga",
            within(invitation_id=invitation),
            "INVITATION_NOT_OPEN",
        )
    yield case(
        "revoking no invitation",
        "RevokeInvitation",
        "olga",
        within(invitation_id=MISSING),
        "INVITATION_NOT_FOUND",
    )
    yield case(
        "revoking an invitation of nonsense",
        "RevokeInvitation",
        "olga",
        within(invitation_id=MALFORMED),
        "FIELD_INVALID",
        "invitation_id",
    )
    yield case("accepting", "AcceptInvitation", "joe", known("invitation of joe"))
    for who, token, reason in (
        ("ben", "invitation of joe", "INVITATION_NOT_FOUND"),
        ("ben", "nonsense", "INVITATION_NOT_FOUND"),
        ("ben", "verification of nora", "INVITATION_NOT_FOUND"),
        ("kim", "invitation of kim", "INVITATION_NOT_OPEN"),
        ("sam", "invitation of sam", "INVITATION_NOT_OPEN"),
        ("max", "invitation of max", "ALREADY_MEMBER"),
        ("guest", "invitation of joe", "USER_REQUIRED"),
    ):
        yield case(f"accepting {token} as {who}", "AcceptInvitation", who, known(token), reason)
    yield case("accepting nothing", "AcceptInvitation", "joe", nothing, "FIELD_INVALID", "token")


def strangers() -> Iterator[Case]:
    """Who may not, and before which organizer that is no difference."""
    asked = {
        "ListMembers": within(),
        "ChangeMemberRole": within(user_id="sam", role="OWNER"),
        "RemoveMember": within(user_id="sam"),
        "InviteMember": within(email="new.member@example.org", role="OWNER"),
        "ListInvitations": within(),
        "RevokeInvitation": within(invitation_id="open invitation"),
        "CreateApiKey": within(name="K", live=True, scopes=["GetEvent"]),
        "ListApiKeys": within(),
        "RevokeApiKey": within(api_key_id="live key"),
    }
    for operation, ask in asked.items():
        yield case(f"{operation} by a stranger", operation, "ben", ask, "ORGANIZER_NOT_FOUND")
        yield case(f"{operation} by a scanner", operation, "mia", ask, "ROLE_MISSING")
        yield case(f"{operation} by a guest", operation, "guest", ask, "USER_REQUIRED")
        yield case(f"{operation} by a server", operation, "live key", ask, "USER_REQUIRED")
        yield case(
            f"{operation} of nonsense",
            operation,
            "olga",
            _of_nonsense(ask),
            "FIELD_INVALID",
            "organizer_id",
        )
    for operation in ("ListMembers", "ListInvitations", "ListApiKeys"):
        yield case(
            f"{operation} of nothing",
            operation,
            "olga",
            of("organizer_id", MISSING),
            "ORGANIZER_NOT_FOUND",
        )
    for operation in ("ChangeMemberRole", "InviteMember", "ListInvitations", "RevokeInvitation"):
        yield case(f"{operation} by a manager", operation, "max", asked[operation], "ROLE_MISSING")


def _often(scene: Scene) -> Request:
    """To an address that was invited three times already."""
    return {
        "organizer_id": scene.ids["organizer"],
        "email": scene.email("often"),
        "role": "SCANNER",
    }


def _of_nonsense(ask: Ask) -> Ask:
    return lambda scene: {**ask(scene), "organizer_id": MALFORMED}
