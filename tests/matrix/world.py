"""The callers and the things of the model, made real on a running server."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from application.messages import KeyPolicy
from application.policy import SCOPES
from application.ports.identity import Bearer, Purpose
from domain.organizer.organizer import Role
from infrastructure.jwt.tokens import JwtTokens
from infrastructure.sealed.seals import HmacSeals
from shared.ids import SessionId, UserId
from tests.faces.outcome import Face, Plain, Request, items, text
from tests.faces.server import FOUNDER, SECRET
from tests.features.clock import Database
from tests.matrix import model
from tests.matrix.cells import operations
from tests.matrix.entries import new_event
from tests.matrix.model import ANNEX, HOUSE, OTHER_HOUSE, Thing
from tests.matrix.webhooks import NEW
from tests.parity.scene import PASSWORD, ticket_type

SEALS = HmacSeals([SECRET])
FORGED = HmacSeals(["the secret of somebody else, long enough"])

_MEMBERS: Mapping[str, Role] = {
    "mona": Role.MANAGER,
    "finn": Role.FINANCE,
    "sam": Role.SCANNER,
    "rita, a removed manager": Role.MANAGER,
    "dora, a deactivated manager": Role.MANAGER,
    "lena, a manager who logged out": Role.MANAGER,
    model.MEMBER.name: Role.SCANNER,
}
_OTHERS = ("ada", "ivan, who is invited", "ben, another buyer", "vera", model.ACCOUNT.name)


@dataclass(slots=True, kw_only=True)
class World:
    """`values`: what each thing is called by; `tokens`: what each caller shows."""

    face: Face
    database: Database
    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    values: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def do(self, operation: str, who: str | None, request: Request) -> Mapping[str, Plain]:
        """Must work."""
        keyed = operations()[operation].key_policy is not KeyPolicy.NONE
        key = uuid.uuid4().hex if keyed else None
        token = None if who is None else self.tokens[who]
        return self.face.call(operation, request, token=token, key=key).ok()

    def email(self, who: str) -> str:
        return f"{who.split(',')[0].replace(' ', '.')}-{self.run}@example.org"

    def login(self, who: str) -> str:
        """The access token of a new session."""
        credentials = {"email": self.email(who), "password": PASSWORD}
        if who == "the founder":
            credentials = {name: FOUNDER[name] for name in credentials}
        return text(self.do("Login", None, credentials), "access_token")

    def forget_guesses(self) -> None:
        self.database.fetch("DELETE FROM login_attempts")


def build(face: Face, database: Database) -> World:
    world = World(face=face, database=database)
    _people(world)
    _organizers(world)
    _members(world)
    _keys(world)
    _events(world)
    _guests(world)
    _sales(world)
    _secrets(world)
    _endings(world)
    return world


def _people(world: World) -> None:
    world.tokens["the founder"] = world.login("the founder")
    for who in ("olga", "olaf", *_OTHERS, *_MEMBERS):
        person = {"email": world.email(who), "password": PASSWORD, "name": who}
        world.values[who] = text(world.do("Register", None, person), "id")
        world.tokens[who] = world.login(who)
    world.values["address"] = world.email("olga")
    for who in ("olga", "olaf"):
        world.database.verify(world.email(who))  # they invite


def _organizers(world: World) -> None:
    for house, owner, slug in (
        (HOUSE, "olga", f"matrix-{world.run}"),
        (OTHER_HOUSE, "olaf", f"other-{world.run}"),
        (ANNEX, "olga", f"annex-{world.run}"),
    ):
        made = world.do("CreateOrganizer", owner, {"name": house, "slug": slug})
        world.values[house] = text(made, "id")


def _members(world: World) -> None:
    for who, role in _MEMBERS.items():
        invitation_id = _invite(world, "olga", HOUSE, who, role)
        token = SEALS.seal(Purpose.INVITATION, UUID(invitation_id))
        world.do("AcceptInvitation", who, {"token": token})
    ivan = UUID(_invite(world, "olga", HOUSE, "ivan, who is invited", Role.SCANNER))
    world.values["token of an invitation"] = SEALS.seal(Purpose.INVITATION, ivan)
    world.values["forged invitation"] = FORGED.seal(Purpose.INVITATION, ivan)
    for thing, house, owner in (
        (model.INVITATION, HOUSE, "olga"),
        (model.OTHER_INVITATION, OTHER_HOUSE, "olaf"),
        (model.ANNEX_INVITATION, ANNEX, "olga"),
    ):
        world.values[thing.name] = _invite(world, owner, house, "nobody yet", Role.SCANNER)


def _invite(world: World, owner: str, house: str, who: str, role: Role) -> str:
    request = {"email": world.email(who), "role": role.value, "organizer_id": world.values[house]}
    return text(world.do("InviteMember", owner, request), "id")


def _keys(world: World) -> None:
    everything = sorted(SCOPES)
    for name, house, live, scopes in (
        ("live key", HOUSE, True, everything),
        ("test key", HOUSE, False, everything),
        ("key for ListEvents", HOUSE, True, ["ListEvents"]),
        ("key for GetEvent", HOUSE, True, ["GetEvent"]),
        ("expired key", HOUSE, True, everything),
        ("revoked key", HOUSE, True, everything),
        (model.API_KEY.name, HOUSE, True, ["GetEvent"]),
        ("live key of the other house", OTHER_HOUSE, True, everything),
        ("test key of the other house", OTHER_HOUSE, False, everything),
        (model.OTHER_API_KEY.name, OTHER_HOUSE, True, ["GetEvent"]),
        (model.ANNEX_API_KEY.name, ANNEX, True, ["GetEvent"]),
    ):
        request: dict[str, Plain] = {
            "organizer_id": world.values[house],
            "name": name,
            "live": live,
            "scopes": [*scopes],
            "expires_at": None,
        }
        key = world.do("CreateApiKey", "olaf" if house == OTHER_HOUSE else "olga", request)
        world.values[name], world.tokens[name] = text(key, "id"), text(key, "key")


def _events(world: World) -> None:
    for thing, who in (
        (model.ON_SALE, "olga"),
        (model.DRAFT, "olga"),
        (model.TEST_ON_SALE, "test key"),
        (model.TEST_DRAFT, "test key"),
        (model.OTHER_ON_SALE, "olaf"),
    ):
        request = {"organizer_id": world.values[str(thing.organizer)], **new_event(world.run)}
        request["ticket_types"] = [
            ticket_type("Standing", 2500, capacity=1000, max_per_order=4),
            ticket_type("Free", 0, capacity=1000),
        ]
        event = world.do("CreateEvent", who, request)
        world.values[thing.name] = text(event, "id")
        world.values[model.ticket_type_of(thing).name] = text(event, "ticket_types", 0, "id")
        world.values[f"free {thing.name}"] = text(event, "ticket_types", 1, "id")
        assert len(items(event, "ticket_types")) == 2
        if thing.public:
            world.do("PublishEvent", who, {"event_id": text(event, "id")})


def _guests(world: World) -> None:
    for who, by, email in (
        # Not verified, so ben gets nothing of it.
        ("gil", None, "ben, another buyer"),
        ("tess, a test guest", "test key", "tess"),
        ("greta, another guest", None, "greta"),
        ("theo, a test guest of the other house", "test key of the other house", "theo"),
        ("gwen, a claimed guest", None, "vera"),
    ):
        guest = world.do("CreateGuest", by, {"email": world.email(email)})
        world.tokens[who] = text(guest, "access_token")


def _sales(world: World) -> None:
    for things, ordered in (
        (model.HOLDS, False),
        (model.CARTS, False),
        (model.ORDERS, True),
        (model.OTHER_ORDERS, True),
        (model.BOUGHT, True),
        (model.PAID, True),
        (model.TRANSFERS, True),
    ):
        for thing in things:
            world.values[thing.name] = _sell(world, thing, ordered, free=things is model.BOUGHT)
    _money(world)
    _webhooks(world)


def _money(world: World) -> None:
    """Paid by card, to be transferred, and transferred to be sent back."""
    for thing in model.PAID:
        world.do("PayOrder", thing.buyer, {"order_id": world.values[thing.name]})
    for thing, payment in zip(model.TRANSFERS, model.TRANSFERRED, strict=True):
        world.values[payment.name] = _transfer(world, thing)
    for item, event, who, by in (
        (model.ATTENTION, model.ON_SALE, "ada", "olga"),
        (model.TEST_ATTENTION, model.TEST_ON_SALE, "tess, a test guest", "test key"),
        (model.OTHER_ATTENTION, model.OTHER_ON_SALE, "ben, another buyer", "olaf"),
    ):
        order = Thing(name=f"order of {item.name}", buyer=who, event=event.name)
        world.values[order.name] = _sell(world, order, ordered=True, free=False)
        paid = {"order_id": world.values[order.name], "payment_id": _transfer(world, order)}
        world.do("ConfirmPayment", by, paid)
        sent_back = {"order_id": world.values[order.name], "reason": "She cannot come"}
        world.do("RefundOrder", by, sent_back)
        house = world.values[str(item.organizer)]
        asked = world.do("ListAttention", by, {"organizer_id": house})
        world.values[item.name] = text(items(asked, "items")[0], "id")


def _webhooks(world: World) -> None:
    for thing in (*model.ENDPOINTS, *model.GONE_ENDPOINTS):
        request: dict[str, Plain] = {
            **NEW,
            "organizer_id": world.values[str(thing.organizer)],
            "live": thing.live,
        }
        by = "olaf" if thing.organizer == OTHER_HOUSE else "olga"
        made = text(world.do("CreateWebhookEndpoint", by, request), "id")
        world.do("UpdateWebhookEndpoint", by, {"webhook_endpoint_id": made, "enabled": False})
        world.values[thing.name] = made


def _transfer(world: World, order: Thing) -> str:
    """The id of a payment by bank transfer."""
    request: Request = {"order_id": world.values[order.name], "provider": "offline"}
    return text(world.do("PayOrder", order.buyer, request), "id")


def _sell(world: World, thing: Thing, ordered: bool, free: bool) -> str:
    offer = f"free {thing.event}" if free else f"ticket type of {thing.event}"
    wanted: dict[str, Plain] = {"ticket_type_id": world.values[offer], "quantity": 1}
    request: Request = {"event_id": world.values[str(thing.event)], "lines": [wanted]}
    hold_id = text(world.do("CreateHold", thing.buyer, request), "id")
    if not ordered:
        return hold_id
    buyer: Plain = {"name": "Ada", "email": "ada@example.org"}
    checkout: Request = {"hold_id": hold_id, "buyer": buyer}
    return text(world.do("CreateOrder", thing.buyer, checkout), "id")


def _secrets(world: World) -> None:
    """Of what is olga's, sealed by somebody who does not know our secret; and ada's proof."""
    olga = UUID(world.values["olga"])
    [session] = world.database.fetch("SELECT id FROM sessions WHERE user_id = $1", olga)
    for name, purpose, id in (
        ("forged refresh token", Purpose.REFRESH, session["id"]),
        ("forged reset", Purpose.RESET_PASSWORD, _proof(world, "olga")),
    ):
        world.values[name] = FORGED.seal(purpose, UUID(str(id)))
    adas = _proof(world, "ada")
    world.values["token of a verification"] = SEALS.seal(Purpose.VERIFY_EMAIL, adas)
    world.values["forged verification"] = FORGED.seal(Purpose.VERIFY_EMAIL, adas)


def _proof(world: World, who: str) -> UUID:
    """What the only mail to somebody was about: the address."""
    user_id = UUID(world.values[who])
    [proof] = world.database.fetch("SELECT id FROM proofs WHERE user_id = $1", user_id)
    return UUID(str(proof["id"]))


def _endings(world: World) -> None:
    """Credentials that were good a moment ago."""
    house = world.values[HOUSE]
    rita = {"organizer_id": house, "user_id": world.values["rita, a removed manager"]}
    world.do("RemoveMember", "olga", rita)
    world.do("Logout", "lena, a manager who logged out", {})
    world.do(
        "RevokeApiKey",
        "olga",
        {"organizer_id": house, "api_key_id": world.values["revoked key"]},
    )
    dora = world.values["dora, a deactivated manager"]
    world.do("DeactivateUser", "the founder", {"user_id": dora})
    # That ended her sessions, too. So that nothing but the account itself keeps her out:
    world.database.fetch("UPDATE sessions SET ended_at = NULL WHERE user_id = $1", UUID(dora))
    world.database.fetch(
        "UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1",
        UUID(world.values["expired key"]),
    )
    # However long it takes to call everything, what is held and ordered stays so.
    world.database.fetch("""UPDATE holds SET expires_at = expires_at + interval '1 day',
               latest_expiry = latest_expiry + interval '1 day' WHERE state = 'ACTIVE'""")
    world.database.fetch(
        "UPDATE orders SET deadline = deadline + interval '1 day' WHERE state = 'PENDING_PAYMENT'"
    )
    hour_ago = datetime.now(UTC).timestamp() - 3600
    [session] = world.database.fetch(
        "SELECT id FROM sessions WHERE user_id = $1", UUID(world.values["olga"])
    )
    olga = Bearer(
        user_id=UserId(UUID(world.values["olga"])), session_id=SessionId(UUID(str(session["id"])))
    )
    expired = JwtTokens([SECRET], clock=lambda: hour_ago).issue(olga)
    world.tokens["an expired token of olga's"] = expired
    _claim(world)


def _claim(world: World) -> None:
    """vera proves that gwen's address is hers."""
    token = SEALS.seal(Purpose.VERIFY_EMAIL, _proof(world, "vera"))
    world.do("VerifyEmail", "vera", {"token": token})
    claim = world.do("ClaimGuests", "vera", {})
    assert claim == {"guests": 1}
