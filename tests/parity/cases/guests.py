"""Buying without an account."""

from collections.abc import Iterator

from tests.faces.outcome import Plain
from tests.parity.cases.case import Ask, Case, case, nothing, of


def guests() -> Iterator[Case]:
    def guest(email: str) -> Ask:
        return lambda scene: {"email": email}

    good = guest("somebody.else@example.org")
    yield case("a guest", "CreateGuest", "", good)
    yield case("a guest of a server", "CreateGuest", "live key", good)
    yield case("a guest who tries", "CreateGuest", "test key", good)
    yield case("a guest of a narrow server", "CreateGuest", "narrow key", good, "SCOPE_MISSING")
    yield case("a guest of a user", "CreateGuest", "ada", good, "ACCESS_DENIED")
    yield case("a guest of nonsense", "CreateGuest", "nonsense", good, "TOKEN_INVALID")
    yield case("a guest nowhere", "CreateGuest", "", guest("here"), "FIELD_INVALID", "email")
    yield case("a guest of nothing", "CreateGuest", "", nothing, "FIELD_INVALID", "email")
    yield case("claiming", "ClaimGuests", "vera", nothing)
    yield case("claiming with a bad key", "ClaimGuests", "vera", nothing, _KEY, key="short")
    yield case("claiming without proof", "ClaimGuests", "ada", nothing, "EMAIL_NOT_VERIFIED")
    yield case("claiming by a guest", "ClaimGuests", "guest", nothing, "USER_REQUIRED")


def buying_as_a_guest() -> Iterator[Case]:
    def hold(event: str, offer: str) -> Ask:
        return lambda scene: {
            "event_id": scene.ids[event],
            "lines": scene.lines(event, **{offer: 1}),
        }

    yield case("an event for a guest", "GetEvent", "guest", of("event_id", "on sale"))
    yield case(
        "a draft for a guest", "GetEvent", "guest", of("event_id", "draft"), "EVENT_NOT_FOUND"
    )
    yield case("a guest's hold", "GetHold", "guest", of("hold_id", "guest's hold"))
    yield case(
        "another's hold for a guest",
        "GetHold",
        "guest",
        of("hold_id", "active"),
        "HOLD_NOT_FOUND",
    )
    yield case(
        "a guest's hold for another",
        "GetHold",
        "ada",
        of("hold_id", "guest's hold"),
        "HOLD_NOT_FOUND",
    )
    yield case("a hold by a guest", "CreateHold", "guest", hold("on sale", "Standing"), key="new")
    yield case("an organizer by a guest", "CreateOrganizer", "guest", nothing, "USER_REQUIRED")
    yield case("a trial", "GetEvent", "test guest", of("event_id", "test"))
    yield case("a hold of a trial", "CreateHold", "test guest", hold("test", "Trial"), key="new")
    yield case(
        "a trial in earnest", "GetEvent", "test guest", of("event_id", "on sale"), "EVENT_NOT_FOUND"
    )
    for who in ("guest", "ada", "olga", "live key"):
        yield case(f"a trial for {who}", "GetEvent", who, of("event_id", "test"), "EVENT_NOT_FOUND")
    yield case("a trial in a list", "ListEvents", "test guest", _listed())
    yield case("no orders of a guest", "ListOrders", "guest", nothing)


_KEY = "IDEMPOTENCY_KEY_INVALID"


def _listed(**fields: Plain) -> Ask:
    return lambda scene: {"organizer_id": scene.ids["organizer"], **fields}
