"""Everybody else in the little world: members, guests, servers, and accounts in every state."""

from collections.abc import Mapping

from tests.faces.letters import INVITATION, RESET, VERIFY
from tests.faces.outcome import Plain, Request, text
from tests.parity.scene import PASSWORD, Scene, ticket_type

MEMBERS: Mapping[str, str] = {
    "max": "MANAGER",
    "fin": "FINANCE",
    "sam": "SCANNER",
    "mia": "SCANNER",
    "lea": "SCANNER",
    "rob": "SCANNER",
}
ACCOUNTS = (
    "vera",
    "nora",
    "rita",
    "carl",
    "eve",
    "lou",
    "dan",
    "dormant",
    "shut",
    "joe",
    "kim",
    "una",
)
SCOPES: tuple[str, ...] = (
    "CreateGuest",
    "CreateEvent",
    "PublishEvent",
    "GetEvent",
    "ListEvents",
    "ListOrders",
    "GetOrganizer",
)


def settle(scene: Scene) -> None:
    """max, fin and sam act for the organizer; mia will change, rob be removed, and lea leave.

    nora could verify her address; rita could reset her password; eve asked for too
    much mail; dormant and shut were deactivated; joe and kim are invited. una has an organizer of
    her own, and has not verified her address; olga and vera have.
    """
    for who in (*MEMBERS, *ACCOUNTS):
        scene.register(who)
    _members(scene)
    _mail(scene)
    _sessions(scene)
    _api_keys(scene)
    _endpoints(scene)
    _tests(scene)
    _guests(scene)


def _members(scene: Scene) -> None:
    for who in ("olga", "vera"):
        scene.verify(who)
    own = {"name": "Una's", "slug": f"una-{scene.run}"}
    scene.ids["una's house"] = text(scene.do("CreateOrganizer", "una", own), "id")
    for who, role in MEMBERS.items():
        _invite(scene, who, role)
        scene.do("AcceptInvitation", who, {"token": scene.secrets[f"invitation of {who}"]})
    _invite(scene, "joe", "FINANCE")
    _invite(scene, "kim", "FINANCE")
    revoked = {"organizer_id": scene.ids["organizer"], "invitation_id": scene.ids["kim's"]}
    scene.do("RevokeInvitation", "olga", revoked)
    _invite(scene, "max", "OWNER", number=2)
    for name in ("open", "spare", "often", "often", "often"):
        asked = {"organizer_id": scene.ids["organizer"], "email": scene.email(name)}
        invitation = scene.do("InviteMember", "olga", {**asked, "role": "SCANNER"})
        scene.ids[f"{name} invitation"] = text(invitation, "id")


def _invite(scene: Scene, who: str, role: str, number: int = 1) -> None:
    request: Request = {
        "organizer_id": scene.ids["organizer"],
        "email": scene.email(who),
        "role": role,
    }
    scene.ids[f"{who}'s"] = text(scene.do("InviteMember", "olga", request), "id")
    scene.secrets[f"invitation of {who}"] = scene.mailed(who, INVITATION, number)


def _mail(scene: Scene) -> None:
    scene.secrets["verification of nora"] = scene.mailed("nora", VERIFY)
    scene.do("RequestPasswordReset", "", {"email": scene.email("rita")})
    scene.secrets["reset of rita"] = scene.mailed("rita", RESET)
    for _ in range(4):  # and the first one of Register
        scene.do("RequestEmailVerification", "eve", {})


def _sessions(scene: Scene) -> None:
    for name in ("leaving", "logged out"):
        scene.log_in(name, scene.email("ada"), PASSWORD)
    scene.do("Logout", "logged out", {})
    for who in ("dormant", "shut"):
        scene.do("DeactivateUser", "ruth", {"user_id": scene.ids[who]})


def _api_keys(scene: Scene) -> None:
    for name, live in (
        ("live key", True),
        ("test key", False),
        ("narrow key", True),
        ("expired key", True),
        ("revoked key", True),
        ("spare key", True),
    ):
        scopes: list[Plain] = ["GetOrganizer"] if name == "narrow key" else [*SCOPES]
        request: Request = {
            "organizer_id": scene.ids["organizer"],
            "name": name,
            "live": live,
            "scopes": scopes,
        }
        made = scene.do("CreateApiKey", "olga", request)
        scene.ids[name], scene.tokens[name] = text(made, "id"), text(made, "key")
    scene.tokens["strange key"] = "hf_live_" + "0" * 32
    revoked = {"organizer_id": scene.ids["organizer"], "api_key_id": scene.ids["revoked key"]}
    scene.do("RevokeApiKey", "olga", revoked)


def _endpoints(scene: Scene) -> None:
    """All but one are switched off: what is sent would change them while they are looked at."""
    for name in ("endpoint", "spare endpoint", "endpoint on"):
        request: Request = {
            "organizer_id": scene.ids["organizer"],
            "live": True,
            "url": f"https://{name.replace(' ', '-')}.example/",
            "types": ["dispute.lost"],
        }
        scene.ids[name] = text(scene.do("CreateWebhookEndpoint", "olga", request), "id")
        if name != "endpoint on":
            off: Request = {"webhook_endpoint_id": scene.ids[name], "enabled": False}
            scene.do("UpdateWebhookEndpoint", "olga", off)


def _tests(scene: Scene) -> None:
    """An event that nobody sees who is real."""
    request = scene.event(name="Test", ticket_types=[ticket_type("Trial", 0, capacity=5)])
    event = scene.do("CreateEvent", "test key", request)
    scene.ids["test"] = text(event, "id")
    scene.ids["test, Trial"] = text(event, "ticket_types", 0, "id")
    scene.do("PublishEvent", "test key", {"event_id": scene.ids["test"]})


def _guests(scene: Scene) -> None:
    for name, by, email in (
        ("guest", "", scene.email("somebody")),
        ("test guest", "test key", scene.email("somebody")),
        ("vera's guest", "", scene.email("vera")),
        ("claimed guest", "", scene.email("kara")),
    ):
        made = scene.do("CreateGuest", by, {"email": email})
        scene.ids[name], scene.tokens[name] = text(made, "id"), text(made, "access_token")
    scene.hold("guest's hold", "guest")
    scene.hold("hold of vera's guest", "vera's guest")
    scene.register("kara")
    scene.verify("kara")
    scene.do("ClaimGuests", "kara", {})
