"""Where organizers want to be told what happens."""

from collections.abc import Iterator

from tests.faces.outcome import Plain
from tests.parity.cases.case import MALFORMED, MISSING, Ask, Case, case, within


def webhooks() -> Iterator[Case]:
    yield from _making()
    yield from _changing()
    yield from _sending()


def _new(**fields: Plain) -> Ask:
    usual: dict[str, Plain] = {
        "live": True,
        "url": "https://parity.example/hook",
        "types": ["dispute.lost", "attention.*"],
    }
    return within(**{**usual, **fields})


def _of(endpoint: str, **fields: Plain) -> Ask:
    return lambda scene: {"webhook_endpoint_id": scene.ids.get(endpoint, endpoint), **fields}


def _making() -> Iterator[Case]:
    name = "CreateWebhookEndpoint"
    yield case("an endpoint", name, "max", _new(description="Shop"))
    yield case("an endpoint of tests", name, "olga", _new(live=False, types=["*"]))
    refused: tuple[tuple[str, Ask, str, tuple[str, ...]], ...] = (
        ("olga", within(types=["*"]), "FIELD_INVALID", ("live", "url")),
        ("olga", _new(types=[]), "FIELD_INVALID", ("types",)),
        ("olga", _new(types=["*", "order.lost"], url=""), "FIELD_INVALID", ("url", "types[1]")),
        ("olga", _new(url="https://10.0.0.1/"), "FIELD_INVALID", ("url",)),
        ("olga", _new(url="ftp://parity.example/"), "FIELD_INVALID", ("url",)),
        ("fin", _new(), "ROLE_MISSING", ()),
        ("ben", _new(), "ORGANIZER_NOT_FOUND", ()),
        ("guest", _new(), "USER_REQUIRED", ()),
    )
    for number, (who, ask, reason, fields) in enumerate(refused):
        yield case(f"no endpoint {number}", name, who, ask, reason, *fields)
    yield case("endpoints", "ListWebhookEndpoints", "olga", within(page_size=100))
    yield case("the latest endpoint", "ListWebhookEndpoints", "max", within(page_size=1))
    yield case("endpoints for finance", "ListWebhookEndpoints", "fin", within(), "ROLE_MISSING")
    nonsense = within(page_token="nonsense")
    yield case(
        "endpoints after nonsense",
        "ListWebhookEndpoints",
        "olga",
        nonsense,
        "FIELD_INVALID",
        "page_token",
    )


def _changing() -> Iterator[Case]:
    name = "UpdateWebhookEndpoint"
    changes: dict[str, Plain] = {"description": "Other", "url": "https://other.example/"}
    yield case("another address", name, "olga", _of("endpoint", **changes), key="new")
    yield case("nothing else", name, "olga", _of("endpoint"))
    yield case("on again", name, "max", _of("endpoint", enabled=True))
    yield case("off", name, "max", _of("endpoint", enabled=False))
    yield case(
        "an address inside",
        name,
        "olga",
        _of("endpoint", url="https://[::ffff:10.0.0.1]/"),
        "FIELD_INVALID",
        "url",
    )
    yield case("a stranger's change", name, "ben", _of("endpoint"), "WEBHOOK_ENDPOINT_NOT_FOUND")
    yield case("a scanner's change", name, "sam", _of("endpoint"), "ROLE_MISSING")
    yield case(
        "a change of nonsense", name, "olga", _of(MALFORMED), "FIELD_INVALID", "webhook_endpoint_id"
    )
    yield case("a new secret", "RotateWebhookSecret", "olga", _of("endpoint"))
    yield case(
        "no new secret", "RotateWebhookSecret", "olga", _of(MISSING), "WEBHOOK_ENDPOINT_NOT_FOUND"
    )
    yield case("deleting", "DeleteWebhookEndpoint", "max", _of("spare endpoint"))
    yield case(
        "deleting again",
        "DeleteWebhookEndpoint",
        "max",
        _of("spare endpoint"),
        "WEBHOOK_ENDPOINT_NOT_FOUND",
    )


def _sending() -> Iterator[Case]:
    disabled = "WEBHOOK_ENDPOINT_DISABLED"
    yield case("a test message", "SendTestWebhook", "olga", _of("endpoint on"), key="new")
    yield case(
        "a test message to what is off", "SendTestWebhook", "olga", _of("endpoint"), disabled
    )
    yield case("what was sent", "ListWebhookDeliveries", "max", _of("endpoint"))
    yield case("what failed", "ListWebhookDeliveries", "max", _of("endpoint", state="FAILED"))
    yield case(
        "what is in no state",
        "ListWebhookDeliveries",
        "max",
        _of("endpoint", state="LOST"),
        "FIELD_INVALID",
        "state",
    )
    name = "ReplayWebhookDeliveries"
    since: dict[str, Plain] = {"since": "2026-01-01T00:00:00Z"}
    named: dict[str, Plain] = {"delivery_ids": [MISSING]}
    yield case("a replay of a range", name, "olga", _of("endpoint on", **since, state="DELIVERED"))
    yield case("a replay of nothing", name, "olga", _of("endpoint on", **named), key="new")
    yield case("a replay of what is off", name, "olga", _of("endpoint", **since), disabled)
    wrong: tuple[tuple[dict[str, Plain], str], ...] = (
        ({}, "since"),
        ({**since, **named}, "since"),
        ({**named, "until": "2026-01-01T00:00:00Z"}, "until"),
        ({**since, "state": "PENDING"}, "state"),
        ({"message_ids": [MISSING] * 101}, "message_ids"),
    )
    for number, (fields, place) in enumerate(wrong):
        ask = _of("endpoint on", **fields)
        yield case(f"no replay {number}", name, "olga", ask, "FIELD_INVALID", place)
