"""Looking at events and changing them."""

from collections.abc import Iterator

from tests.faces.outcome import Plain
from tests.parity.cases.case import MISSING, Ask, Case, case, of
from tests.parity.scene import START, ticket_type


def events() -> Iterator[Case]:
    def change(event: str, **fields: Plain) -> Ask:
        return lambda scene: {"event_id": scene.ids[event], **fields}

    def listed(**fields: Plain) -> Ask:
        return lambda scene: {"organizer_id": scene.ids["organizer"], **fields}

    yield case("an event", "GetEvent", "ada", of("event_id", "on sale"))
    yield case("one's own draft", "GetEvent", "olga", of("event_id", "draft"))
    yield case("another's draft", "GetEvent", "ada", of("event_id", "draft"), "EVENT_NOT_FOUND")
    yield case("no event", "GetEvent", "ada", of("event_id", MISSING), "EVENT_NOT_FOUND")
    yield case("what is left", "GetAvailability", "ada", of("event_id", "expiring"))
    yield case(
        "what is left of a draft",
        "GetAvailability",
        "ada",
        of("event_id", "draft"),
        "EVENT_NOT_FOUND",
    )
    for age in (0, 60):
        yield case(
            f"what was left {age} seconds ago",
            "GetAvailability",
            "ada",
            change("expiring", max_age=age),
        )
        yield case(
            f"what was left of a draft {age} seconds ago",
            "GetAvailability",
            "ada",
            change("draft", max_age=age),
            "EVENT_NOT_FOUND",
        )
    for age in (-1, 61):
        yield case(
            f"what was left {age} seconds ago",
            "GetAvailability",
            "ada",
            change("expiring", max_age=age),
            "FIELD_INVALID",
            "max_age",
        )
    yield case("closed events", "ListEvents", "ada", listed(state="CLOSED"))
    yield case("cancelled events", "ListEvents", "ada", listed(state="CANCELLED", page_size=1))
    yield case("events of nobody", "ListEvents", "ada", of("organizer_id", MISSING))
    yield case(
        "events of no state", "ListEvents", "ada", listed(state="OPEN"), "FIELD_INVALID", "state"
    )
    yield case(
        "too long a page",
        "ListEvents",
        "ada",
        listed(page_size=101),
        "FIELD_INVALID",
        "page_size",
    )
    yield case(
        "a page of less than nothing",
        "ListEvents",
        "ada",
        listed(page_size=-1),
        "FIELD_INVALID",
        "page_size",
    )
    yield case(
        "a page after nonsense",
        "ListEvents",
        "ada",
        listed(page_token="nonsense"),
        "FIELD_INVALID",
        "page_token",
    )
    yield case(
        "a change as one saw it",
        "UpdateEvent",
        "olga",
        change("limited", venue="New Town Hall", etag='"2"'),
    )
    yield case(
        "a change as one did not see it",
        "UpdateEvent",
        "olga",
        change("on sale", venue="New Town Hall", etag='"99"'),
        "CONFLICT",
    )
    yield case(
        "a change under a malformed condition",
        "UpdateEvent",
        "olga",
        change("on sale", venue="New Town Hall", etag="2 or so"),
        "FIELD_INVALID",
        "etag",
    )
    yield case(
        "a change to nonsense",
        "UpdateEvent",
        "olga",
        change("on sale", name="", ends_at=START.isoformat()),
        "FIELD_INVALID",
        "ends_at",
        "name",
    )
    yield case(
        "a change by another",
        "UpdateEvent",
        "ben",
        change("on sale", name="Ben's"),
        "NOT_A_MEMBER",
    )
    yield case(
        "a change of a cancelled event",
        "UpdateEvent",
        "olga",
        change("cancelled", name="Again"),
        "EVENT_STATE_INVALID",
    )
    yield case(
        "one more ticket type",
        "AddTicketType",
        "olga",
        change("draft", **ticket_type("Box", 8000, capacity=4)),
    )
    yield case(
        "one more of the same",
        "AddTicketType",
        "olga",
        change("on sale", **ticket_type("Box", 8000, capacity=4)),
        "FIELD_INVALID",
        "name",
        "name",
    )
    yield case(
        "one more of nothing",
        "AddTicketType",
        "olga",
        change("draft"),
        "FIELD_INVALID",
        "name",
        "price",
    )
    yield case(
        "publishing what is published",
        "PublishEvent",
        "olga",
        change("on sale"),
        "EVENT_STATE_INVALID",
    )
    yield case("publishing nothing", "PublishEvent", "olga", change("empty"), "EVENT_INCOMPLETE")
    yield case("publishing", "PublishEvent", "max", change("to publish"))
    yield case("closing", "CloseEvent", "olga", change("to close"))
    yield case("cancelling", "CancelEvent", "olga", change("to cancel"))
    yield case("closing a draft", "CloseEvent", "olga", change("draft"), "EVENT_STATE_INVALID")
    yield case("cancelling another's", "CancelEvent", "ben", change("on sale"), "NOT_A_MEMBER")
