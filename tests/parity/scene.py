"""The same little world, built once through each face, for the calls that are compared."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from application.messages import KeyPolicy
from application.ports.identity import Bearer
from infrastructure.jwt.tokens import JwtTokens
from shared.ids import SessionId, UserId
from tests.faces.letters import VERIFY, Letters
from tests.faces.outcome import Face, Outcome, Plain, Request, items, text
from tests.faces.server import FOUNDER, SECRET
from tests.parity.messages import MESSAGES

PASSWORD = "correct horse battery staple"
START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)
STRANGE_ID = "01890000-0000-7000-8000-000000000000"


@dataclass(slots=True, kw_only=True)
class Scene:
    """Names of things and their ids, e.g. `on sale` or `ada's hold`; of people, guests and API keys
    and what they call with; and of what was mailed or shown once."""

    face: Face
    letters: Letters
    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    run: str = field(default_factory=lambda: uuid.uuid4().hex)

    def call(self, operation: str, who: str, request: Request, key: str | None = None) -> Outcome:
        return self.face.call(operation, request, token=self.tokens.get(who), key=key)

    def do(self, operation: str, who: str, request: Request) -> Mapping[str, Plain]:
        """Must work; with a new key, which none of these minds."""
        return self.call(operation, who, request, None if _keyless(operation) else new_key()).ok()

    def mailed(self, who: str, subject: str, number: int = 1) -> str:
        """The token in the letter."""
        return self.letters.nth(self.email(who), subject, number).token

    def verify(self, who: str) -> None:
        """Uses the token of the mail that came with the account."""
        token = self.secrets[f"verification of {who}"] = self.mailed(who, VERIFY)
        self.do("VerifyEmail", who, {"token": token})

    def register(self, who: str) -> None:
        registration = {"email": self.email(who), "password": PASSWORD, "name": who}
        self.ids[who] = text(self.do("Register", who, registration), "id")
        self.log_in(who, self.email(who), PASSWORD)

    def log_in(self, name: str, email: str, password: str) -> None:
        """Keeps both tokens of a new session under a name."""
        tokens = self.do("Login", name, {"email": email, "password": password})
        self.tokens[name] = text(tokens, "access_token")
        self.secrets[f"refresh of {name}"] = text(tokens, "refresh_token")

    def email(self, who: str) -> str:
        return f"{who}-{self.run}@example.org"

    def event(self, **fields: Plain) -> dict[str, Plain]:
        """A good request for a new event, but for `fields`."""
        return {
            "organizer_id": self.ids["organizer"],
            "name": "Parity",
            "description": "",
            "venue": "Old Town Hall",
            "timezone": "Europe/Berlin",
            "starts_at": START.isoformat(),
            "ends_at": (START + timedelta(hours=2)).isoformat(),
            "currency": "EUR",
            "max_per_buyer": None,
            "pools": [],
            "ticket_types": [ticket_type("Standing", 2500, capacity=100, max_per_order=4)],
            **fields,
        }

    def on_sale(self, name: str, **fields: Plain) -> None:
        event_id = self.plan(name, **fields)
        self.do("PublishEvent", "olga", {"event_id": event_id})

    def plan(self, name: str, **fields: Plain) -> str:
        event = self.do("CreateEvent", "olga", self.event(**fields))
        self.ids[name] = text(event, "id")
        for offer in items(event, "ticket_types"):
            self.ids[f"{name}, {text(offer, 'name')}"] = text(offer, "id")
        return self.ids[name]

    def lines(self, event: str, **quantities: int) -> list[Plain]:
        return [
            {"ticket_type_id": self.ids[f"{event}, {name}"], "quantity": quantity}
            for name, quantity in quantities.items()
        ]

    def hold(self, name: str, who: str, event: str = "on sale", **quantities: int) -> None:
        lines = self.lines(event, **(quantities or {"Standing": 1}))
        hold = self.do("CreateHold", who, {"event_id": self.ids[event], "lines": lines})
        self.ids[name] = text(hold, "id")

    def order(self, name: str, who: str, event: str = "on sale", **quantities: int) -> None:
        self.hold(f"hold of {name}", who, event, **quantities)
        order = self.do("CreateOrder", who, self.checkout(f"hold of {name}"))
        self.ids[name] = text(order, "id")

    def transfer(self, order: str, who: str) -> None:
        """Says that the money will come by the bank."""
        request: Request = {"order_id": self.ids[order], "provider": "offline"}
        self.ids[f"payment of {order}"] = text(self.do("PayOrder", who, request), "id")

    def checkout(self, hold: str) -> dict[str, Plain]:
        return {"hold_id": self.ids[hold], "buyer": {"name": "Ada", "email": "ada@example.org"}}


def ticket_type(name: str, amount: int, **fields: Plain) -> dict[str, Plain]:
    return {"name": name, "price": {"amount": amount, "currency": "EUR"}, **fields}


def new_key() -> str:
    return uuid.uuid4().hex


def build(face: Face, letters: Letters) -> Scene:
    """olga sells, ada buys, ben is somebody else; ruth looks after the installation."""
    scene = Scene(face=face, letters=letters)
    for who in ("olga", "ada", "ben"):
        scene.register(who)
    scene.log_in("ruth", FOUNDER["email"], FOUNDER["password"])
    scene.ids["ruth"] = text(scene.do("GetMe", "ruth", {}), "id")
    _tokens(scene)
    organizer = {"name": "The House", "slug": f"house-{scene.run}"}
    scene.ids["organizer"] = text(scene.do("CreateOrganizer", "olga", organizer), "id")
    _events(scene)
    _sales(scene)
    return scene


def _tokens(scene: Scene) -> None:
    """Tokens that are no good, each for another reason."""
    session = SessionId(uuid.UUID(STRANGE_ID))
    ada = Bearer(user_id=UserId(uuid.UUID(scene.ids["ada"])), session_id=session)
    nobody = replace(ada, user_id=UserId(uuid.UUID(STRANGE_ID)))
    past = datetime.now(UTC).timestamp() - 10_000
    ours = (SECRET,)
    scene.tokens["nonsense"] = "nonsense"
    scene.tokens["expired"] = JwtTokens(ours, clock=lambda: past).issue(ada)
    scene.tokens["another secret"] = JwtTokens(("another secret, also long enough",)).issue(ada)
    scene.tokens["another audience"] = JwtTokens(ours, audience="elsewhere").issue(ada)
    scene.tokens["nobody"] = JwtTokens(ours).issue(nobody)
    scene.tokens["no session"] = JwtTokens(ours).issue(ada)


def _events(scene: Scene) -> None:
    types: list[Plain] = [
        ticket_type("Standing", 2500, capacity=100, max_per_order=4),
        ticket_type("Balcony", 4000, capacity=1),
        ticket_type("Box", 8000, capacity=1),
        ticket_type("Guest", 0, capacity=10),
    ]
    scene.on_sale("on sale", ticket_types=types)
    scene.on_sale("limited", max_per_buyer=2)
    scene.plan("draft")
    scene.plan("to publish")
    scene.on_sale("to close")
    scene.on_sale("to cancel")
    scene.plan("empty", ticket_types=[])
    scene.on_sale("closed")
    scene.do("CloseEvent", "olga", {"event_id": scene.ids["closed"]})
    scene.on_sale("cancelled")
    scene.hold("hold of a cancelled event", "ada", "cancelled")
    scene.order("order of a cancelled event", "ada", "cancelled")
    scene.do("CancelEvent", "olga", {"event_id": scene.ids["cancelled"]})


def _sales(scene: Scene) -> None:
    scene.hold("sold out", "ben", Balcony=1, Box=1)
    scene.hold("active", "ada")
    scene.hold("released", "ada")
    scene.hold("to extend", "ben")
    scene.hold("to release", "ben")
    scene.do("ReleaseHold", "ada", {"hold_id": scene.ids["released"]})
    scene.order("unpaid", "ada")
    scene.order("cancelled order", "ada")
    scene.do("CancelOrder", "ada", {"order_id": scene.ids["cancelled order"]})
    scene.order("free", "ada", Guest=1)
    scene.order("waiting", "ada")
    payment = {"order_id": scene.ids["waiting"], "method": "requires_action"}
    scene.ids["payment of waiting"] = text(scene.do("PayOrder", "ada", payment), "id")
    scene.order("paid", "ada", Standing=2)
    scene.do("PayOrder", "ada", {"order_id": scene.ids["paid"]})
    _money(scene)
    scene.keys["used"] = new_key()
    used: Request = {"event_id": scene.ids["on sale"], "lines": scene.lines("on sale", Standing=1)}
    scene.ids["hold of the used key"] = text(
        scene.call("CreateHold", "ada", used, scene.keys["used"]).ok(), "id"
    )


def _money(scene: Scene) -> None:
    """What was paid to be given back, and what is paid by bank transfer."""
    scene.on_sale("offline", offline_payment_hours=48)
    scene.order("never paid", "ben")
    for name, quantity in (("to refund", 2), ("refunded", 1)):
        scene.order(name, "ada", Standing=quantity)
        scene.do("PayOrder", "ada", {"order_id": scene.ids[name]})
    for name, order in (("first", "to refund"), ("ticket of paid", "paid")):
        tickets = items(scene.do("ListTickets", "ada", {"order_id": scene.ids[order]}), "items")
        scene.ids[name] = text(tickets[0], "id")
        scene.ids["second"] = scene.ids.get("second", text(tickets[1], "id"))
    scene.keys["refund"] = new_key()
    refund: Request = {"order_id": scene.ids["refunded"], "reason": "Ada cannot come"}
    scene.call("RefundOrder", "olga", refund, scene.keys["refund"]).ok()
    for name in ("transferred", "sent back"):
        scene.order(name, "ada", "offline")
        scene.transfer(name, "ada")
    sent: Request = {"order_id": scene.ids["sent back"]}
    paid = {**sent, "payment_id": scene.ids["payment of sent back"]}
    scene.do("ConfirmPayment", "olga", paid)
    scene.do("RefundOrder", "olga", {**sent, "reason": "Ada cannot come"})
    asked = scene.do("ListAttention", "olga", {"organizer_id": scene.ids["organizer"]})
    scene.ids["item"] = text(items(asked, "items")[0], "id")


def _keyless(operation: str) -> bool:
    return MESSAGES[operation].key_policy is KeyPolicy.NONE
