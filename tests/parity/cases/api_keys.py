"""API keys, and what servers may do with them."""

from collections.abc import Iterator

from tests.faces.outcome import Plain
from tests.parity.cases.case import MALFORMED, MISSING, Ask, Case, case, nothing, of, within
from tests.parity.scene import START


def api_keys() -> Iterator[Case]:
    def key(**fields: Plain) -> Ask:
        usual: dict[str, Plain] = {"name": "Box office", "live": True, "scopes": ["GetEvent"]}
        return within(**{**usual, **fields})

    yield case("a key", "CreateApiKey", "olga", key(scopes=["ListEvents", "GetEvent", "GetEvent"]))
    yield case(
        "a key for a while",
        "CreateApiKey",
        "olga",
        key(live=False, expires_at=START.isoformat()),
    )
    yield case(
        "a key of nonsense",
        "CreateApiKey",
        "olga",
        key(name=" ", scopes=["GetEvent", "Register"], expires_at="2020-01-01T00:00:00Z"),
        "FIELD_INVALID",
        "name",
        "scopes[1]",
        "expires_at",
    )
    yield case(
        "a key for nothing", "CreateApiKey", "olga", key(scopes=[]), "FIELD_INVALID", "scopes"
    )
    yield case(
        "a key that does not say",
        "CreateApiKey",
        "olga",
        within(scopes=["GetEvent"]),
        "FIELD_INVALID",
        "name",
        "live",
    )
    yield case("a key by a manager", "CreateApiKey", "max", key(), "ROLE_MISSING")
    yield case("keys", "ListApiKeys", "olga", within(page_size=100))
    yield case("the latest key", "ListApiKeys", "max", within(page_size=1))
    yield case(
        "keys after nonsense",
        "ListApiKeys",
        "olga",
        within(page_token="nonsense"),
        "FIELD_INVALID",
        "page_token",
    )
    yield case("revoking a key", "RevokeApiKey", "olga", within(api_key_id="spare key"))
    yield case("revoking a key again", "RevokeApiKey", "max", within(api_key_id="revoked key"))
    yield case(
        "revoking no key",
        "RevokeApiKey",
        "olga",
        within(api_key_id=MISSING),
        "API_KEY_NOT_FOUND",
    )
    yield case(
        "revoking nonsense",
        "RevokeApiKey",
        "olga",
        within(api_key_id=MALFORMED),
        "FIELD_INVALID",
        "api_key_id",
    )


def servers() -> Iterator[Case]:
    yield case("an event by a server", "CreateEvent", "live key", lambda scene: scene.event())
    yield case("a trial by a server", "CreateEvent", "test key", lambda scene: scene.event())
    yield case("a draft for a server", "GetEvent", "live key", of("event_id", "draft"))
    yield case("orders for a server", "ListOrders", "live key", within(state="EXPIRED"))
    yield case("no orders for a tester", "ListOrders", "test key", within())
    yield case("a trial for a tester", "GetEvent", "test key", of("event_id", "test"))
    yield case(
        "an event for a tester",
        "GetEvent",
        "test key",
        of("event_id", "on sale"),
        "EVENT_NOT_FOUND",
    )
    yield case(
        "a change by a server", "UpdateEvent", "live key", of("event_id", "draft"), "SCOPE_MISSING"
    )
    yield case(
        "an organizer for a server", "GetOrganizer", "narrow key", of("organizer_id", "organizer")
    )
    yield case("a hold by a server", "CreateHold", "live key", nothing, "USER_REQUIRED")
    for who, reason in (
        ("revoked key", "TOKEN_REVOKED"),
        ("expired key", "TOKEN_EXPIRED"),
        ("strange key", "TOKEN_INVALID"),
    ):
        yield case(f"an event for a {who}", "GetEvent", who, of("event_id", "on sale"), reason)


def roles() -> Iterator[Case]:
    """The same things, asked for by members with different roles."""
    for who in ("max", "fin", "sam"):
        yield case(f"a draft for {who}", "GetEvent", who, of("event_id", "draft"))
    for who in ("max", "fin"):
        yield case(f"an order for {who}", "GetOrder", who, of("order_id", "paid"))
        yield case(f"orders for {who}", "ListOrders", who, within(state="EXPIRED"))
    yield case("an order for a scanner", "GetOrder", "sam", of("order_id", "paid"), "ROLE_MISSING")
    yield case("orders for a scanner", "ListOrders", "sam", within(), "ROLE_MISSING")
    yield case("tickets for a manager", "ListTickets", "max", of("order_id", "paid"))
    for who in ("fin", "sam"):
        yield case(f"tickets for {who}", "ListTickets", who, of("order_id", "paid"), "ROLE_MISSING")
        yield case(
            f"publishing by {who}", "PublishEvent", who, of("event_id", "draft"), "ROLE_MISSING"
        )
        yield case(
            f"an event by {who}", "CreateEvent", who, lambda scene: scene.event(), "ROLE_MISSING"
        )
        yield case(
            f"cancelling by {who}",
            "CancelOrder",
            who,
            of("order_id", "waiting"),
            "ROLE_MISSING",
            key="new",
        )
    yield case(
        "closing by a manager", "CloseEvent", "max", of("event_id", "draft"), "EVENT_STATE_INVALID"
    )
