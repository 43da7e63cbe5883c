"""The log, and what streams tell first."""

from collections.abc import Iterator

from tests.parity.cases.case import MALFORMED, MISSING, Case, case, of, within


def log() -> Iterator[Case]:
    """Facts are there a moment after they happened: of old ones all are."""
    yield case(
        "the oldest facts",
        "ListFacts",
        "olga",
        within(types=["organizer.created", "organizer.member_joined"], page_size=3),
    )
    yield case("facts for finance", "ListFacts", "fin", within(types=["organizer.created"]))
    yield case("facts for a scanner", "ListFacts", "sam", within(), "ROLE_MISSING")
    yield case("facts for a stranger", "ListFacts", "ben", within(), "ORGANIZER_NOT_FOUND")
    yield case(
        "facts of nobody", "ListFacts", "olga", of("organizer_id", MISSING), "ORGANIZER_NOT_FOUND"
    )
    yield case(
        "facts of nonsense", "ListFacts", "olga", within(after="x"), "FIELD_INVALID", "after"
    )
    yield case(
        "facts that cannot be",
        "ListFacts",
        "olga",
        within(types=["order.placed", "order.flown"]),
        "FIELD_INVALID",
        "types[1]",
    )


def streams() -> Iterator[Case]:
    yield case("watching what is left", "WatchAvailability", "ada", of("event_id", "expiring"))
    yield case(
        "watching a draft", "WatchAvailability", "ben", of("event_id", "draft"), "EVENT_NOT_FOUND"
    )
    yield case(
        "watching nonsense",
        "WatchAvailability",
        "ada",
        of("event_id", MALFORMED),
        "FIELD_INVALID",
        "event_id",
    )
    yield case("watching an order", "WatchOrder", "ada", of("order_id", "paid"))
    yield case(
        "watching as a stranger", "WatchOrder", "ben", of("order_id", "paid"), "ORDER_NOT_FOUND"
    )
    yield case("watching as a scanner", "WatchOrder", "sam", of("order_id", "paid"), "ROLE_MISSING")
    yield case(
        "watching behind nonsense",
        "WatchOrder",
        "ada",
        lambda scene: {"order_id": scene.ids["paid"], "after": "nonsense"},
        "FIELD_INVALID",
        "after",
    )
