"""Events: what may be said of them, and what they sell."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from domain.event.errors import (
    EventIncomplete,
    EventNotOnSale,
    EventStateInvalid,
    TicketTypeNotFound,
)
from domain.event.event import MOST_TICKET_TYPES, Event, EventDetails, EventState
from domain.event.ticket_type import MOST_UNITS, PoolSpec, TicketTypeSpec
from domain.stock import MOST_UNITS_PER_ORDER, LimitReached
from shared.errors import FieldInvalid
from shared.ids import EventId, OrganizerId
from shared.money import MAX_AMOUNT
from tests.domain.builders import (
    AT,
    SECOND,
    details,
    event,
    pool,
    pool_id,
    ticket_type,
    type_id,
    uid,
)


def draft(
    *types: TicketTypeSpec,
    pools: tuple[PoolSpec, ...] = (),
    currency: str = "EUR",
    said: EventDetails | None = None,
) -> Event:
    return Event.draft(
        id=EventId(uid("event")),
        organizer_id=OrganizerId(uid("organizer")),
        details=said or details(),
        currency=currency,
        pools=pools,
        ticket_types=types,
        at=AT,
    )


def pointers(refused: pytest.ExceptionInfo[FieldInvalid]) -> list[str]:
    return [violation.pointer for violation in refused.value.violations]


def test_a_draft() -> None:
    made = draft(ticket_type("standing"), ticket_type("seated", capacity=5))
    assert (made.state, made.version, made.created_at) == (EventState.DRAFT, 1, AT)
    assert [type(fact).__name__ for fact in made.facts] == ["EventCreated"]
    assert made.facts[0].aggregate_id == made.id
    assert [(each.name, each.capacity) for each in made.pools] == [("standing", 100), ("seated", 5)]
    assert made.ticket_types[0].pool_ids == (pool_id("standing"),)
    assert made.ticket_types[0].max_per_order == 10
    assert not made.is_public
    assert made.pool_ids() == (pool_id("standing"), pool_id("seated"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 201),
        ("name", "line\x00break"),
        ("description", "x" * 10_001),
        ("venue", "x" * 201),
        ("timezone", "Mars/Base"),
        ("timezone", ""),
        ("timezone", "../etc/passwd"),
        ("starts_at", datetime(2030, 1, 1)),
        ("starts_at", datetime(1969, 12, 31, tzinfo=UTC)),
        ("ends_at", datetime(2030, 1, 1)),
        ("ends_at", datetime(9001, 1, 1, tzinfo=UTC)),
        ("ends_at", AT),
        ("ends_at", AT + timedelta(days=30)),
        ("max_per_buyer", 0),
        ("max_per_buyer", -1),
        ("max_per_buyer", MOST_UNITS + 1),
    ],
)
def test_details_are_checked(field: str, value: object) -> None:
    """The same by a draft and by a change."""
    with pytest.raises(FieldInvalid) as refused:
        draft(ticket_type(), said=details(**{field: value}))
    assert pointers(refused) == [f"/{field}"]
    with pytest.raises(FieldInvalid) as refused:
        event().update(details(**{field: value}), at=AT)
    assert pointers(refused) == [f"/{field}"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("description", ""),
        ("description", "two\nlines\tand a tab"),
        ("venue", ""),
        ("name", "Ünïcødé 🎸"),
        ("max_per_buyer", 1),
        ("max_per_buyer", MOST_UNITS),
        ("timezone", "UTC"),
    ],
)
def test_unusual_details_are_fine(field: str, value: object) -> None:
    assert getattr(draft(said=details(**{field: value})).details, field) == value


def test_details_are_cleaned() -> None:
    berlin = timezone(timedelta(hours=2))
    starts_at = (AT + timedelta(days=30)).astimezone(berlin)
    made = draft(said=details(name="  Opera ", starts_at=starts_at))
    assert made.details.name == "Opera"
    assert made.details.starts_at == starts_at
    assert made.details.starts_at.tzinfo is UTC


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(FieldInvalid) as refused:
        draft(said=details(name="", timezone="x", max_per_buyer=0), currency="XXX")
    assert set(pointers(refused)) == {"/name", "/timezone", "/max_per_buyer", "/currency"}


@pytest.mark.parametrize("currency", ["", "eur", "XXX", "EURO", "XAU"])
def test_the_currency_is_checked(currency: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        draft(currency=currency)
    assert pointers(refused) == ["/currency"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"price_amount": -1}, "/price/amount"),
        ({"price_amount": MAX_AMOUNT + 1}, "/price/amount"),
        ({"price_currency": "USD"}, "/price/currency"),
        ({"capacity": 0}, "/capacity"),
        ({"capacity": MOST_UNITS + 1}, "/capacity"),
        ({"capacity": None}, "/capacity"),
        ({"max_per_order": 0}, "/max_per_order"),
        ({"max_per_order": MOST_UNITS_PER_ORDER + 1}, "/max_per_order"),
        ({"pools": ("hall", "nowhere")}, "/pools/1"),
        ({"pools": ("hall", " hall ")}, "/pools/1"),
        ({"name": "hall"}, "/name"),
    ],
)
def test_ticket_types_are_checked(changes: dict[str, object], pointer: str) -> None:
    """The same by a draft and when one is added later."""
    with pytest.raises(FieldInvalid) as refused:
        draft(ticket_type(), ticket_type("bad", **changes), pools=(pool(),))
    assert pointers(refused) == [f"/ticket_types/1{pointer}"]
    with pytest.raises(FieldInvalid) as refused:
        draft(pools=(pool(),)).add_ticket_type(ticket_type("bad", **changes), at=AT)
    assert pointers(refused) == [pointer]


def test_names_are_unique() -> None:
    with pytest.raises(FieldInvalid) as refused:
        draft(ticket_type("one", capacity=None, pools=("hall",)), pools=(pool(), pool()))
    assert pointers(refused) == ["/pools/1/name"]
    twins = [ticket_type("twin", capacity=None, pools=("hall",)) for _ in range(2)]
    with pytest.raises(FieldInvalid) as refused:
        draft(*twins, pools=(pool(),))
    assert pointers(refused) == ["/ticket_types/1/name"]


@pytest.mark.parametrize(
    ("name", "capacity"), [("", 1), ("x" * 101, 1), ("hall", 0), ("hall", 10**7)]
)
def test_pools_are_checked(name: str, capacity: int) -> None:
    with pytest.raises(FieldInvalid) as refused:
        draft(pools=(pool(name, capacity),))
    assert pointers(refused) == [f"/pools/0/{'capacity' if name == 'hall' else 'name'}"]


def test_there_are_not_too_many() -> None:
    many = [ticket_type(f"type {n}") for n in range(MOST_TICKET_TYPES + 1)]
    full = draft(*many[:-1])
    with pytest.raises(FieldInvalid) as refused:
        draft(*many)
    assert pointers(refused) == ["/ticket_types"]
    with pytest.raises(FieldInvalid):
        full.add_ticket_type(many[-1], at=AT)
    pools = tuple(pool(f"pool {n}") for n in range(MOST_TICKET_TYPES + 1))
    with pytest.raises(FieldInvalid) as refused:
        draft(pools=pools)
    assert pointers(refused) == ["/pools"]


def test_ticket_types_share_pools() -> None:
    made = draft(
        ticket_type("standing", capacity=None, pools=("hall",)),
        ticket_type("student", capacity=20, pools=("hall",)),
        pools=(pool("hall", 300),),
    )
    assert made.ticket_types[0].pool_ids == (pool_id("hall"),)
    assert made.ticket_types[1].pool_ids == (pool_id("student"), pool_id("hall"))
    assert {each.name: each.capacity for each in made.pools} == {"hall": 300, "student": 20}


def test_a_ticket_type_is_added() -> None:
    before = event(EventState.ON_SALE)
    after = before.add_ticket_type(ticket_type("seated", capacity=7), at=AT + SECOND)
    assert after.ticket_types[:-1] == before.ticket_types
    assert after.pools[:-1] == before.pools
    assert after.pools[-1].capacity == 7
    assert (after.version, after.updated_at) == (2, AT + SECOND)
    assert [type(fact).__name__ for fact in after.facts] == ["TicketTypeAdded"]


@pytest.mark.parametrize("state", [EventState.CLOSED, EventState.CANCELLED])
def test_nothing_is_added_to_what_is_over(state: EventState) -> None:
    with pytest.raises(EventStateInvalid):
        event(state).add_ticket_type(ticket_type("seated"), at=AT)


def test_an_update_tells_what_changed() -> None:
    before = event()
    after = before.update(details(name="Opera", venue="Elsewhere"), at=AT + SECOND)
    assert after.details.name == "Opera" and after.version == 2
    (fact,) = after.facts
    assert getattr(fact, "fields") == ("name", "venue")


def test_an_update_without_a_difference_is_none() -> None:
    before = event()
    assert before.update(details(name=" Concert "), at=AT + SECOND) is before


def test_a_cancelled_event_is_not_updated() -> None:
    with pytest.raises(EventStateInvalid):
        event(EventState.CANCELLED).update(details(name="Opera"), at=AT)


def test_an_event_without_ticket_types_is_not_published() -> None:
    with pytest.raises(EventIncomplete):
        draft().publish(at=AT)


@pytest.mark.parametrize("state", EventState)
def test_what_a_state_means(state: EventState) -> None:
    it = event(state)
    assert it.is_public == (state is not EventState.DRAFT)
    for require, states in (
        (it.require_on_sale, {EventState.ON_SALE}),
        (it.require_buyable, {EventState.ON_SALE, EventState.CLOSED}),
    ):
        if state in states:
            require()
        else:
            with pytest.raises(EventNotOnSale) as refused:
                require()
            assert refused.value.metadata == {"state": state.value}


def test_picking_ticket_types() -> None:
    it = event(EventState.ON_SALE, ticket_type("one", max_per_order=2), ticket_type("two"))
    picked = it.pick([(type_id("two"), 10), (type_id("one"), 2)])
    assert [each.name for each in picked] == ["two", "one"]
    with pytest.raises(TicketTypeNotFound) as unknown:
        it.pick([(type_id("one"), 99), (type_id("three"), 1), (type_id("four"), 1)])
    assert [each.pointer for each in unknown.value.violations] == [
        "/lines/1/ticket_type_id",
        "/lines/2/ticket_type_id",
    ]
    with pytest.raises(LimitReached) as beyond:
        it.pick([(type_id("one"), 3), (type_id("two"), 10)])
    assert [each.pointer for each in beyond.value.violations] == ["/lines/0/quantity"]
    assert beyond.value.metadata == {"limit": "max_per_order"}


def test_facts_pile_up_under_one_version() -> None:
    """A repository saves against the version it was loaded with, however much happened since."""
    loaded = replace(event(), version=7)
    after = loaded.publish(at=AT).close(at=AT).cancel(at=AT)
    assert (after.version, len(after.facts)) == (8, 3)


@pytest.mark.parametrize("live", [True, False])
def test_a_test_stays_a_test(live: bool) -> None:
    made = Event.draft(
        id=EventId(uid("event")),
        organizer_id=OrganizerId(uid("organizer")),
        live=live,
        details=details(),
        currency="EUR",
        pools=[],
        ticket_types=[ticket_type()],
        at=AT,
    )
    assert made.live is made.publish(at=AT).close(at=AT).cancel(at=AT).live is live
    assert event().live, "live is what is not said to be a test"
