"""Holds: shape, time and what an order changes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.hold.errors import (
    ExtensionLimitReached,
    HoldExpired,
    HoldHasOrder,
    HoldNotActive,
)
from domain.hold.hold import MOST_LINES, MOST_UNITS_PER_LINE, Hold, HoldState, HoldTerms
from domain.line import Line
from domain.stock import MOST_UNITS_PER_ORDER, LimitReached
from shared.errors import FieldInvalid
from shared.ids import EventId, HoldId, OrganizerId, UserId
from shared.money import MAX_AMOUNT, Money
from tests.domain.builders import AT, DEADLINE, SECOND, TERMS, hold, pool_id, type_id, uid

MINUTE = timedelta(minutes=1)
CEILING = AT + TERMS.longest


def test_placing_one() -> None:
    lines = tuple(
        Line(
            ticket_type_id=type_id(name),
            quantity=quantity,
            unit_price=Money(price, "EUR"),
            pool_ids=(pool_id(name),),
        )
        for name, quantity, price in (("one", 2, 1250), ("two", 1, 0), ("three", 3, 100))
    )
    placed = Hold.place(
        id=HoldId(uid("hold")),
        event_id=EventId(uid("event")),
        organizer_id=OrganizerId(uid("organizer")),
        buyer_id=UserId(uid("buyer")),
        lines=lines,
        currency="EUR",
        terms=TERMS,
        at=AT,
    )
    assert (placed.state, placed.version) == (HoldState.ACTIVE, 1)
    assert (placed.organizer_id, placed.live) == (uid("organizer"), True)
    assert placed.ended_at is None
    assert placed.total == Money(2800, "EUR") and placed.units == 6
    assert (placed.expires_at, placed.latest_expiry) == (DEADLINE, CEILING)
    assert [each.quantity for each in placed.lines] == [2, 1, 3]
    (fact,) = placed.facts
    assert type(fact).__name__ == "HoldPlaced" and fact.aggregate_id == placed.id
    assert getattr(fact, "units") == 6


def test_the_ceiling_is_never_below_the_first_deadline() -> None:
    terms = HoldTerms(ttl=timedelta(minutes=5), longest=timedelta(minutes=1))
    placed = Hold.place(
        id=HoldId(uid("hold")),
        event_id=EventId(uid("event")),
        organizer_id=OrganizerId(uid("organizer")),
        buyer_id=UserId(uid("buyer")),
        lines=(),
        currency="EUR",
        terms=terms,
        at=AT,
    )
    assert placed.latest_expiry == placed.expires_at == AT + terms.ttl


def placed(*quantities: int, price: int = 1250) -> Hold:
    return Hold.place(
        id=HoldId(uid("hold")),
        event_id=EventId(uid("event")),
        organizer_id=OrganizerId(uid("organizer")),
        buyer_id=UserId(uid("buyer")),
        lines=tuple(
            Line(
                ticket_type_id=type_id(str(number)),
                quantity=quantity,
                unit_price=Money(price, "EUR"),
                pool_ids=(pool_id(),),
            )
            for number, quantity in enumerate(quantities)
        ),
        currency="EUR",
        terms=TERMS,
        at=AT,
    )


def test_a_hold_takes_so_many_units_and_no_more() -> None:
    largest = placed(MOST_UNITS_PER_ORDER - 1, 1, price=MAX_AMOUNT)
    assert largest.units == MOST_UNITS_PER_ORDER
    assert largest.total.amount < 2**53
    with pytest.raises(LimitReached) as refused:
        placed(MOST_UNITS_PER_ORDER, 1)
    assert [each.pointer for each in refused.value.violations] == ["/lines"]
    assert refused.value.metadata == {"limit": "max_per_hold"}


def test_refusals_tell_the_time_as_answers_do() -> None:
    with pytest.raises(HoldExpired) as late:
        hold().require_active(at=DEADLINE)
    assert late.value.metadata == {"expires_at": "2026-11-01T12:05:00Z"}
    longest = hold().extend(by=TERMS.longest, at=AT)
    with pytest.raises(ExtensionLimitReached) as enough:
        longest.extend(by=TERMS.longest, at=AT)
    assert enough.value.metadata == {"latest_expiry": "2026-11-01T12:30:00Z"}


def test_lines_are_checked() -> None:
    one = type_id("one")
    Hold.check_lines([(one, 1), (type_id("two"), MOST_UNITS_PER_LINE)])
    Hold.check_lines([(type_id(str(n)), 1) for n in range(MOST_LINES)])
    for lines, pointers in (
        ([], ["/lines"]),
        ([(type_id(str(n)), 1) for n in range(MOST_LINES + 1)], ["/lines"]),
        ([(one, 0)], ["/lines/0/quantity"]),
        (
            [(one, -5), (type_id("two"), MOST_UNITS_PER_LINE + 1)],
            ["/lines/0/quantity", "/lines/1/quantity"],
        ),
        ([(one, 1), (type_id("two"), 1), (one, 2)], ["/lines/2/ticket_type_id"]),
    ):
        with pytest.raises(FieldInvalid) as refused:
            Hold.check_lines(lines)
        assert [each.pointer for each in refused.value.violations] == pointers


def test_the_reader_decides_by_the_clock() -> None:
    held = hold()
    just_before, just_at = DEADLINE - timedelta(microseconds=1), DEADLINE
    assert held.is_active(at=just_before) and not held.is_due(at=just_before)
    assert not held.is_active(at=just_at) and held.is_due(at=just_at)
    assert held.state_at(just_before) is HoldState.ACTIVE
    assert held.state_at(just_at) is HoldState.EXPIRED


@pytest.mark.parametrize("state", [state for state in HoldState if state is not HoldState.ACTIVE])
def test_an_ended_hold_stays_what_it_is(state: HoldState) -> None:
    for moment in (AT, DEADLINE + SECOND):
        ended = hold(state)
        assert ended.state_at(moment) is state
        assert not ended.is_active(at=moment) and not ended.is_due(at=moment)


def test_extending() -> None:
    longer = hold().extend(by=5 * MINUTE, at=AT + MINUTE)
    assert longer.expires_at == AT + 6 * MINUTE
    (fact,) = longer.facts
    assert type(fact).__name__ == "HoldExtended"
    assert getattr(fact, "expires_at") == longer.expires_at


def test_extending_never_shortens() -> None:
    held = hold()
    assert held.extend(by=MINUTE, at=AT + MINUTE) is held
    assert held.extend(by=4 * MINUTE, at=AT + MINUTE) is held


def test_extending_up_to_the_ceiling() -> None:
    held = replace(hold(), expires_at=CEILING - MINUTE)
    at_most = held.extend(by=5 * MINUTE, at=CEILING - 2 * MINUTE)
    assert at_most.expires_at == CEILING
    with pytest.raises(ExtensionLimitReached) as refused:
        at_most.extend(by=5 * MINUTE, at=CEILING - MINUTE)
    assert refused.value.metadata == {"latest_expiry": "2026-11-01T12:30:00Z"}


def test_extending_for_a_payment_once() -> None:
    first = hold().extend_for_payment(by=10 * MINUTE, at=AT + MINUTE)
    assert first.expires_at == AT + 11 * MINUTE and first.extended_for_payment
    assert first.extend_for_payment(by=10 * MINUTE, at=AT + 5 * MINUTE) is first
    longer = first.extend(by=5 * MINUTE, at=AT + 10 * MINUTE)
    assert longer.expires_at == AT + 15 * MINUTE and longer.extended_for_payment


def test_extending_for_a_payment_up_to_the_ceiling() -> None:
    held = replace(hold(), expires_at=CEILING - MINUTE)
    at_most = held.extend_for_payment(by=10 * MINUTE, at=CEILING - 2 * MINUTE)
    assert at_most.expires_at == CEILING
    full = replace(hold(), expires_at=CEILING)
    assert full.extend_for_payment(by=10 * MINUTE, at=CEILING - MINUTE) is full


@pytest.mark.parametrize("state", [state for state in HoldState if state is not HoldState.ACTIVE])
def test_what_has_ended_is_not_kept(state: HoldState) -> None:
    refusal = HoldExpired if state is HoldState.EXPIRED else HoldNotActive
    with pytest.raises(refusal):
        hold(state).extend(by=MINUTE, at=AT)
    with pytest.raises(refusal):
        hold(state).extend_for_payment(by=MINUTE, at=AT)
    with pytest.raises(refusal):
        hold(state).order(at=AT)


def test_what_has_lapsed_is_not_kept() -> None:
    with pytest.raises(HoldExpired):
        hold().extend(by=MINUTE, at=DEADLINE)
    with pytest.raises(HoldExpired):
        hold().extend_for_payment(by=MINUTE, at=DEADLINE)
    with pytest.raises(HoldExpired):
        hold().order(at=DEADLINE)


def test_one_order_is_made_from_it() -> None:
    ordered = hold().order(at=AT)
    assert ordered.ordered and ordered.state is HoldState.ACTIVE
    assert [type(fact).__name__ for fact in ordered.facts] == ["HoldOrdered"]
    with pytest.raises(HoldHasOrder):
        ordered.order(at=AT)
    with pytest.raises(HoldHasOrder):
        replace(ordered, state=HoldState.CONVERTED).order(at=AT)


def test_an_ordered_hold_is_released_with_its_order_only() -> None:
    with pytest.raises(HoldHasOrder):
        hold(ordered=True).release(at=AT)
    released = hold(ordered=True).release(at=AT, with_order=True)
    assert released.state is HoldState.RELEASED


def test_an_ordered_hold_ends_like_any_other() -> None:
    assert hold(ordered=True).convert(at=AT).state is HoldState.CONVERTED
    assert hold(ordered=True).expire(at=DEADLINE).state is HoldState.EXPIRED


def test_ordering_and_converting_is_one_change() -> None:
    converted = hold(price=0).order(at=AT).convert(at=AT)
    assert converted.version == 2
    assert [type(fact).__name__ for fact in converted.facts] == ["HoldOrdered", "HoldConverted"]


def test_a_hold_waits_for_a_transfer_beyond_its_ceiling() -> None:
    placed = hold()
    until = placed.latest_expiry + timedelta(days=20)
    waiting = placed.wait_for_transfer(until, at=AT)
    assert (waiting.expires_at, waiting.latest_expiry) == (until, until)
    assert waiting.extended_for_payment
    assert type(waiting.facts[-1]).__name__ == "HoldExtended"
    assert waiting.is_active(at=until - SECOND) and not waiting.is_active(at=until)
    assert waiting.extend_for_payment(by=timedelta(days=90), at=AT) is waiting
    with pytest.raises(ExtensionLimitReached):
        waiting.extend(by=timedelta(days=1), at=AT)


def test_waiting_for_a_transfer_never_shortens_a_hold() -> None:
    placed = hold()
    assert placed.wait_for_transfer(placed.expires_at - SECOND, at=AT) is placed
    soon = placed.expires_at + SECOND
    assert placed.wait_for_transfer(soon, at=AT).latest_expiry == placed.latest_expiry


def test_a_hold_that_is_over_waits_for_nothing() -> None:
    placed = hold()
    late = placed.expires_at
    with pytest.raises(HoldExpired):
        placed.wait_for_transfer(late + timedelta(days=1), at=late)
    with pytest.raises(HoldNotActive):
        placed.release(at=AT).wait_for_transfer(late, at=AT)
