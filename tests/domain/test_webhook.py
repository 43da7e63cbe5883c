"""Webhook endpoints and deliveries: filters, secrets, what failures lead to."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.webhook.delivery import PAUSES, Attempt, DeliveryState, WebhookDelivery
from domain.webhook.endpoint import DisabledBy, EndpointState, WebhookEndpoint
from shared.errors import FieldInvalid
from shared.ids import OrganizerId, WebhookDeliveryId, WebhookEndpointId
from tests.domain.builders import AT, SECOND, uid

KNOWN = ("order.placed", "order.confirmed", "ticket.issued")
DAY = timedelta(days=1)
FAILED = Attempt(status=500)
URL = "https://hall.example/hook?a=b"


def endpoint(*types: str, url: str = URL) -> WebhookEndpoint:
    made = WebhookEndpoint.create(
        id=WebhookEndpointId(uid("endpoint")),
        organizer_id=OrganizerId(uid("organizer")),
        live=True,
        url=url,
        types=types or ("*",),
        description=" Shop ",
        secret=b"one",
        known_types=KNOWN,
        at=AT,
    )
    assert [type(fact).__name__ for fact in made.facts] == ["WebhookEndpointCreated"]
    assert made.url not in repr(made.facts)  # it may hold a token of the receiver's
    return replace(made, facts=())


def delivery() -> WebhookDelivery:
    return WebhookDelivery.create(
        id=WebhookDeliveryId(uid("delivery")),
        endpoint_id=WebhookEndpointId(uid("endpoint")),
        message_id=uid("message"),
        type="order.placed",
        body="{}",
        at=AT,
    )


def facts(changed: WebhookEndpoint) -> list[str]:
    return [type(fact).__name__ for fact in changed.facts]


@pytest.mark.parametrize(
    ("types", "wanted"),
    [
        (("*",), {"order.placed", "order.confirmed", "ticket.issued"}),
        (("order.*",), {"order.placed", "order.confirmed"}),
        (("order.placed", "ticket.*"), {"order.placed", "ticket.issued"}),
    ],
)
def test_filters(types: tuple[str, ...], wanted: set[str]) -> None:
    assert {name for name in KNOWN if endpoint(*types).wants(name)} == wanted
    assert not endpoint("order.*").wants("orders.placed")


@pytest.mark.parametrize(
    ("types", "url", "pointers"),
    [
        ((), URL, ["/types"]),
        (("order.placed", "order.plaecd"), URL, ["/types/1"]),
        (("refund.*",), URL, ["/types/0"]),
        (("order*",), URL, ["/types/0"]),
        ((".*",), URL, ["/types/0"]),
        (("*",) * 51, URL, ["/types"]),
        (("*",), "", ["/url"]),
        (("*",), "ftp://hall.example", ["/url"]),
        (("*",), "https://user:word@hall.example/", ["/url"]),
        (("*",), "https://hall.example/#part", ["/url"]),
        (("*",), "https://hall.example\\@inside/", ["/url"]),
        (("*",), "//hall.example", ["/url"]),
        (("*",), "https://hall.example/" + "a" * 2000, ["/url"]),
    ],
)
def test_no_endpoint(types: tuple[str, ...], url: str, pointers: list[str]) -> None:
    with pytest.raises(FieldInvalid) as refused:
        WebhookEndpoint.create(
            id=WebhookEndpointId(uid("endpoint")),
            organizer_id=OrganizerId(uid("organizer")),
            live=True,
            url=url,
            types=types,
            description="",
            secret=b"one",
            known_types=KNOWN,
            at=AT,
        )
    assert [each.pointer for each in refused.value.violations] == pointers


def test_two_secrets_for_a_day() -> None:
    rotated = endpoint().rotate(b"two", at=AT)
    assert rotated.secrets_at(AT + DAY - SECOND) == (b"two", b"one")
    assert rotated.secrets_at(AT + DAY) == (b"two",)
    assert rotated.rotate(b"three", at=AT).secrets_at(AT) == (b"three", b"two")


def test_an_update_changes_what_is_given() -> None:
    before = endpoint()
    same = before.update(url=None, types=["*"], description="Shop", known_types=KNOWN, at=AT)
    assert same is before
    changed = before.update(url=None, types=["order.*"], description=None, known_types=KNOWN, at=AT)
    assert (changed.url, changed.types, changed.description) == (URL, ("order.*",), "Shop")
    assert facts(changed) == ["WebhookEndpointUpdated"]


def test_three_days_of_failures_disable() -> None:
    failing = endpoint().failed(at=AT)
    assert (failing.state, failing.failing_since) == (EndpointState.FAILING, AT)
    assert facts(failing) == ["WebhookEndpointFailing"]
    failing = replace(failing, facts=())
    assert failing.failed(at=AT + 3 * DAY - SECOND) is failing
    off = failing.failed(at=AT + 3 * DAY)
    assert (off.state, off.disabled_by) == (EndpointState.DISABLED, DisabledBy.FAILURES)
    assert facts(off) == ["WebhookEndpointDisabled"]
    assert off.failed(at=AT + 4 * DAY) is off and off.succeeded(at=AT) is off
    on = replace(off, facts=()).enable(at=AT)
    assert (on.state, on.disabled_by, on.failing_since) == (EndpointState.ENABLED, None, None)
    assert facts(on) == ["WebhookEndpointEnabled"] and on.enable(at=AT) is on


def test_one_success_begins_anew() -> None:
    failing = replace(endpoint().failed(at=AT), facts=())
    well = failing.succeeded(at=AT + DAY)
    assert (well.state, well.failing_since) == (EndpointState.ENABLED, None)
    assert facts(well) == ["WebhookEndpointRecovered"] and well.succeeded(at=AT) is well
    again = well.failed(at=AT + 3 * DAY)
    assert again.state is EndpointState.FAILING and again.failing_since == AT + 3 * DAY


def test_disabled_once() -> None:
    off = endpoint().disable(DisabledBy.PERSON, at=AT)
    assert off.disabled_by is DisabledBy.PERSON
    assert off.disable(DisabledBy.GONE, at=AT) is off


def test_pauses_of_three_days() -> None:
    """And the last attempt comes after an endpoint that always fails is disabled."""
    tried, at = delivery(), AT
    for number, pause in enumerate(PAUSES, start=1):
        tried = tried.tried(FAILED, jitter=0, at=at)
        assert (tried.state, tried.attempts) == (DeliveryState.PENDING, number)
        assert tried.next_attempt_at == at + pause
        at += pause
    assert 3 * DAY < at - AT < 4 * DAY
    over = tried.tried(FAILED, jitter=0, at=at)
    assert (over.state, over.next_attempt_at) == (DeliveryState.FAILED, None)


def test_jitter_adds_a_tenth_at_most() -> None:
    least, most = (delivery().tried(FAILED, jitter=j, at=AT) for j in (0.0, 1.0))
    assert least.next_attempt_at == AT + PAUSES[0] and most.next_attempt_at == AT + PAUSES[0] * 1.1


@pytest.mark.parametrize("status", [200, 204, 299])
def test_delivered(status: int) -> None:
    tried = delivery().tried(Attempt(status=status), jitter=0, at=AT)
    assert (tried.state, tried.status, tried.error) == (DeliveryState.DELIVERED, status, None)


@pytest.mark.parametrize("status", [None, 100, 199, 300, 301, 404, 500])
def test_not_delivered(status: int | None) -> None:
    assert delivery().tried(Attempt(status=status), jitter=0, at=AT).state is DeliveryState.PENDING


def test_gone_is_final() -> None:
    assert delivery().tried(Attempt(status=410), jitter=0, at=AT).state is DeliveryState.FAILED


@pytest.mark.parametrize(
    ("status", "wish", "pause"),
    [
        (429, 60.0, timedelta(seconds=60)),
        (503, 1.0, PAUSES[0]),
        (503, 10.0**9, DAY),
        (500, 60.0, PAUSES[0]),
        (503, None, PAUSES[0]),
    ],
)
def test_a_wish_to_be_left_alone(status: int, wish: float | None, pause: timedelta) -> None:
    tried = delivery().tried(Attempt(status=status, retry_after=wish), jitter=0, at=AT)
    assert tried.next_attempt_at == AT + pause
