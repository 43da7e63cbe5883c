"""Who calls, and what is called for: what decides about access, and nothing else of it."""

from dataclasses import dataclass

from application.messages import ActorKind
from application.policy import SCOPES
from domain.organizer.organizer import Role

HOUSE, OTHER_HOUSE = "house", "other house"
"""The victim's organizer and the attacker's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`broken`: why its credentials are refused; the rest is what they would be good for.
    `tests_of`: the organizer whose tests it sees, instead of all that is real;
    `verified`: it has proved that its address is its own."""

    name: str
    kind: ActorKind
    broken: str | None = None
    organizer: str | None = None
    role: Role | None = None
    scopes: frozenset[str] = frozenset()
    tests_of: str | None = None
    superuser: bool = False
    verified: bool = False

    def is_inside(self, organizer: str | None) -> bool:
        return organizer is not None and self.organizer == organizer

    def acts_for(self, organizer: str | None, roles: frozenset[Role]) -> bool:
        if self.kind is ActorKind.API_KEY:
            return self.is_inside(organizer)
        return self.is_inside(organizer) and self.role in roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something with an id. `of`: what it is a part of; `public`: an event that is no draft."""

    name: str
    organizer: str | None = None
    buyer: str | None = None
    of: str | None = None
    live: bool = True
    public: bool = False
    event: str | None = None

    @property
    def exists(self) -> bool:
        return self is not MISSING

    def in_mode_of(self, caller: Caller) -> bool:
        return caller.tests_of == (None if self.live else self.organizer)


MISSING = Thing(name="missing")
"""A well-formed id that nothing has; another one each time."""
OMITTED = Thing(name="omitted")
"""The field is left out."""


def _user(name: str, role: Role | None = None, **more: bool) -> Caller:
    superuser = more.get("superuser", False)
    return Caller(
        name=name,
        kind=ActorKind.USER,
        organizer=None if role is None else HOUSE,
        role=role,
        superuser=superuser,
        verified=more.get("verified", False),
    )


def _guest(name: str, tests_of: str | None = None) -> Caller:
    return Caller(name=name, kind=ActorKind.GUEST, tests_of=tests_of)


def _key(
    name: str,
    organizer: str = HOUSE,
    *,
    live: bool = True,
    scopes: frozenset[str] = SCOPES,
    broken: str | None = None,
) -> Caller:
    return Caller(
        name=name,
        kind=ActorKind.API_KEY,
        organizer=organizer,
        scopes=scopes,
        tests_of=None if live else organizer,
        broken=broken,
    )


def _gone(name: str, reason: str) -> Caller:
    """Was a manager of the house, with a good token."""
    return Caller(
        name=name,
        kind=ActorKind.USER,
        organizer=HOUSE,
        role=Role.MANAGER,
        broken=reason,
    )


VICTIMS = (
    _user("olga", Role.OWNER, verified=True),
    _user("ada"),
    _guest("gil"),
    _guest("tess, a test guest", HOUSE),
    _user("ivan, who is invited"),
)
"""Whose things are at stake; to each other's they are strangers like everybody else."""

CALLERS = (
    Caller(name="nobody", kind=ActorKind.ANONYMOUS),
    *VICTIMS,
    _guest("greta, another guest"),
    _guest("theo, a test guest of the other house", OTHER_HOUSE),
    _user("ben, another buyer"),
    Caller(
        name="olaf",
        kind=ActorKind.USER,
        organizer=OTHER_HOUSE,
        role=Role.OWNER,
        verified=True,
    ),
    _user("mona", Role.MANAGER),
    _user("finn", Role.FINANCE),
    _user("sam", Role.SCANNER),
    _user("rita, a removed manager"),
    _user("the founder", superuser=True),
    _gone("dora, a deactivated manager", "TOKEN_REVOKED"),
    _gone("lena, a manager who logged out", "TOKEN_REVOKED"),
    _gone("an expired token of olga's", "TOKEN_EXPIRED"),
    Caller(name="gwen, a claimed guest", kind=ActorKind.GUEST, broken="TOKEN_REVOKED"),
    _key("live key"),
    _key("test key", live=False),
    _key("key for ListEvents", scopes=frozenset({"ListEvents"})),
    _key("key for GetEvent", scopes=frozenset({"GetEvent"})),
    _key("expired key", broken="TOKEN_EXPIRED"),
    _key("revoked key", broken="TOKEN_REVOKED"),
    _key("live key of the other house", OTHER_HOUSE),
    _key("test key of the other house", OTHER_HOUSE, live=False),
)

ORGANIZER = Thing(name=HOUSE, organizer=HOUSE)
OTHER_ORGANIZER = Thing(name=OTHER_HOUSE, organizer=OTHER_HOUSE)

ON_SALE = Thing(name="on sale", organizer=HOUSE, public=True)
DRAFT = Thing(name="draft", organizer=HOUSE)
TEST_ON_SALE = Thing(name="test on sale", organizer=HOUSE, public=True, live=False)
TEST_DRAFT = Thing(name="test draft", organizer=HOUSE, live=False)
OTHER_ON_SALE = Thing(name="other on sale", organizer=OTHER_HOUSE, public=True)
EVENTS = (ON_SALE, DRAFT, TEST_ON_SALE, TEST_DRAFT)


def ticket_type_of(event: Thing) -> Thing:
    return Thing(name=f"ticket type of {event.name}", of=event.name)


def sold(what: str) -> tuple[Thing, ...]:
    """Of each buyer among the victims, one."""
    return tuple(
        Thing(
            name=f"{what} of {buyer.name}",
            organizer=HOUSE,
            buyer=buyer.name,
            live=buyer.tests_of is None,
            event=(ON_SALE if buyer.tests_of is None else TEST_ON_SALE).name,
        )
        for buyer in VICTIMS[1:4]
    )


HOLDS, CARTS = sold("hold"), sold("cart")
"""The latter are there to be ordered."""
ORDERS, OTHER_ORDERS, BOUGHT = sold("order"), sold("other order"), sold("bought order")
"""To be paid, to be cancelled, and paid with tickets."""

PAID = sold("paid order")
TRANSFERS = tuple(thing for thing in sold("transfer") if "gil" not in thing.name)
"""Paid with money, and to be paid by bank transfer: one for real, one as a test."""
TRANSFERRED = tuple(Thing(name=f"payment of {order.name}", of=order.name) for order in TRANSFERS)
ATTENTION = Thing(name="attention", organizer=HOUSE)
TEST_ATTENTION = Thing(name="test attention", organizer=HOUSE, live=False)
OTHER_ATTENTION = Thing(name="other attention", organizer=OTHER_HOUSE)
ITEMS = (ATTENTION, TEST_ATTENTION, OTHER_ATTENTION)
"""Money that only its organizer can send back."""

ENDPOINT = Thing(name="endpoint", organizer=HOUSE)
TEST_ENDPOINT = Thing(name="test endpoint", organizer=HOUSE, live=False)
OTHER_ENDPOINT = Thing(name="other endpoint", organizer=OTHER_HOUSE)
ENDPOINTS = (ENDPOINT, TEST_ENDPOINT, OTHER_ENDPOINT)
GONE_ENDPOINTS = tuple(
    Thing(name=f"gone {each.name}", organizer=each.organizer, live=each.live) for each in ENDPOINTS
)
"""To be deleted."""

MEMBER = Thing(name="max, a member", of=HOUSE)
OTHER_MEMBER = Thing(name="olaf", of=OTHER_HOUSE)
INVITATION = Thing(name="invitation", of=HOUSE)
OTHER_INVITATION = Thing(name="other invitation", of=OTHER_HOUSE)
API_KEY = Thing(name="spare key", of=HOUSE)
OTHER_API_KEY = Thing(name="other spare key", of=OTHER_HOUSE)
ANNEX = "annex"
"""Also olga's: row-level security shows her both; only the operation knows which one is meant."""
ANNEX_INVITATION = Thing(name="invitation of the annex", of=ANNEX)
ANNEX_API_KEY = Thing(name="spare key of the annex", of=ANNEX)
ACCOUNT = Thing(name="uli, who only has an account")
