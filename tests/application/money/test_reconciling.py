"""The pure comparison: every difference is found, named, and told once."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from application.payment.reconciling import (
    Comparison,
    Fault,
    Owner,
    Window,
    compare,
    fee_source,
    named,
    signed,
)
from application.ports.money import Booked
from application.ports.payments import Movement, MovementKind
from domain.ledger.posting import PostingKind
from shared.ids import OrderId, OrganizerId, PaymentId
from shared.money import Money

SINCE = datetime(2026, 11, 1, 12, tzinfo=UTC)
UNTIL = SINCE + timedelta(hours=1)
MINUTE = timedelta(minutes=1)
WINDOW = Window(since=SINCE, until=UNTIL, near=15 * MINUTE)
INSIDE = SINCE + 30 * MINUTE

OWNER = Owner(
    payment_id=PaymentId(UUID(int=1)),
    order_id=OrderId(UUID(int=2)),
    organizer_id=OrganizerId(UUID(int=3)),
)
_KINDS = {kind: kind.name for kind in MovementKind} | {MovementKind.FEE: "PROVIDER_FEE"}


def theirs(
    kind: MovementKind,
    amount: int,
    at: datetime = INSIDE,
    *,
    reference: str = "p-1",
    currency: str = "EUR",
) -> Movement:
    return Movement(
        id=str(uuid4()),
        kind=kind,
        reference=reference,
        amount=Money(amount, currency),
        occurred_at=at,
    )


def ours(movement: Movement, *, at: datetime | None = None, amount: int | None = None) -> Booked:
    """What we book for it."""
    fee = movement.kind is MovementKind.FEE
    return Booked(
        kind=PostingKind[_KINDS[movement.kind]],
        source_id=fee_source("bank", movement) if fee else uuid4(),
        payment_id=OWNER.payment_id,
        order_id=OWNER.order_id,
        organizer_id=OWNER.organizer_id,
        reference=movement.reference,
        amount=signed(movement) if amount is None else amount,
        currency=movement.amount.currency,
        occurred_at=at or movement.occurred_at + timedelta(seconds=1),
    )


def look(
    there: list[Movement], here: list[Booked], window: Window = WINDOW
) -> tuple[list[tuple[str, int | None, int | None]], Comparison]:
    comparison = compare("bank", there, here, window)
    lines = [named(each, {"p-1": OWNER}) for each in comparison.differences]
    return [(each.kind, each.ours, each.theirs) for each in lines], comparison


@pytest.mark.parametrize("kind", MovementKind)
def test_equal_ledgers_have_no_difference(kind: MovementKind) -> None:
    movement = theirs(kind, 500)
    found, comparison = look([movement], [ours(movement)])
    assert (found, comparison.compared, comparison.fees) == ([], 2, ())


_WITH_FAULT = [kind for kind in MovementKind if kind is not MovementKind.FEE]


@pytest.mark.parametrize("kind", _WITH_FAULT)
def test_what_only_they_have(kind: MovementKind) -> None:
    movement = theirs(kind, 500)
    assert look([movement], [])[0] == [("MISSING_HERE", None, signed(movement))]


@pytest.mark.parametrize("kind", MovementKind)
def test_what_only_we_have(kind: MovementKind) -> None:
    booked = ours(theirs(kind, 500))
    assert look([], [booked])[0] == [("MISSING_THERE", booked.amount, None)]


@pytest.mark.parametrize("kind", _WITH_FAULT)
def test_another_amount(kind: MovementKind) -> None:
    movement = theirs(kind, 500)
    booked = ours(movement, amount=signed(movement) // 500 * 499)
    assert look([movement], [booked])[0] == [("AMOUNT_DIFFERS", booked.amount, signed(movement))]


def test_a_payment_of_nobody() -> None:
    assert look([theirs(MovementKind.CHARGE, 500, reference="p-9")], [])[0] == [
        ("UNKNOWN_PAYMENT", None, 500)
    ]


def test_another_currency_is_no_counterpart() -> None:
    movement = theirs(MovementKind.CHARGE, 500, currency="USD")
    booked = ours(theirs(MovementKind.CHARGE, 500))
    assert look([movement], [booked])[0] == [
        ("MISSING_HERE", None, 500),
        ("MISSING_THERE", 500, None),
    ]


def test_several_refunds_of_one_payment_match_by_amount() -> None:
    movements = [theirs(MovementKind.REFUND, amount) for amount in (300, 200, 200, 100)]
    booked = [ours(each) for each in reversed(movements)]
    assert look(movements, booked)[0] == []
    assert look(movements, booked[:-1])[0] == [("MISSING_HERE", None, -300)]
    assert look(movements[:1] + movements[2:], booked)[0] == [("MISSING_THERE", -200, None)]


def test_other_amounts_at_other_times_are_not_the_same_thing() -> None:
    movement = theirs(MovementKind.REFUND, 500, SINCE + MINUTE)
    booked = ours(movement, at=SINCE + 40 * MINUTE, amount=-400)
    assert look([movement], [booked])[0] == [
        ("MISSING_HERE", None, -500),
        ("MISSING_THERE", -400, None),
    ]


def test_a_fee_we_have_not_booked_is_news_and_no_difference() -> None:
    fee = theirs(MovementKind.FEE, 30)
    found, comparison = look([fee], [])
    assert (found, comparison.fees) == ([], (fee,))


@pytest.mark.parametrize("edge", [SINCE, UNTIL])
@pytest.mark.parametrize("apart", [-20 * MINUTE, -MINUTE, MINUTE, 20 * MINUTE])
def test_an_edge_between_the_two_moments_is_no_difference(edge: datetime, apart: timedelta) -> None:
    movement = theirs(MovementKind.CHARGE, 500, edge - apart / 2)
    assert look([movement], [ours(movement, at=edge + apart / 2)])[0] == []


@pytest.mark.parametrize("offset", [timedelta(0), 59 * MINUTE, 60 * MINUTE, -MINUTE, 61 * MINUTE])
def test_a_difference_is_told_in_one_report_only(offset: timedelta) -> None:
    """Three windows in a row read the same wide stretch; one of them tells."""
    movement = theirs(MovementKind.CHARGE, 500, SINCE + offset)
    booked = ours(theirs(MovementKind.REFUND, 70), at=SINCE + offset)
    hour = timedelta(hours=1)
    told = [
        line
        for nr in (-1, 0, 1)
        for line in look(
            [movement],
            [booked],
            Window(since=SINCE + nr * hour, until=UNTIL + nr * hour, near=WINDOW.near),
        )[0]
    ]
    assert sorted(told, key=str) == [("MISSING_HERE", None, 500), ("MISSING_THERE", -70, None)]


@pytest.mark.parametrize("apart", [-14 * MINUTE, 14 * MINUTE])
def test_another_amount_across_an_edge_is_told_once(apart: timedelta) -> None:
    movement = theirs(MovementKind.REFUND, 500, UNTIL - apart / 2)
    booked = ours(movement, at=UNTIL + apart / 2, amount=-400)
    hour = timedelta(hours=1)
    told = [
        line
        for nr in (-1, 0, 1)
        for line in look(
            [movement],
            [booked],
            Window(since=SINCE + nr * hour, until=UNTIL + nr * hour, near=WINDOW.near),
        )[0]
    ]
    assert told == [("AMOUNT_DIFFERS", -400, -500)]


def test_every_planted_difference_is_found_among_many() -> None:
    chance = random.Random(7)
    for _ in range(200):
        movements = [
            theirs(
                chance.choice(_WITH_FAULT),
                chance.randint(1, 5) * 100,
                SINCE + chance.random() * (UNTIL - SINCE - MINUTE),
                reference=f"p-{chance.randint(1, 6)}",
            )
            for _ in range(30)
        ]
        booked = [ours(each) for each in movements]
        assert look(movements, booked)[0] == []
        lost_here, lost_there = chance.randint(1, 3), chance.randint(0, 3)
        here = booked[lost_here:]
        there = movements[: len(movements) - lost_there]
        chance.shuffle(here)
        differences = compare("bank", there, here, WINDOW).differences
        missing = sum(each.ours is None for each in differences)
        surplus = sum(each.theirs is None for each in differences)
        differing = len(differences) - missing - surplus
        # What is lost on both sides may look like another amount of the same payment, or cancel.
        assert missing + differing - (surplus + differing) == lost_here - lost_there
        total = sum(signed(each) for each in there) - sum(each.amount for each in here)
        assert total == sum(
            (signed(each.theirs) if each.theirs else 0) - (each.ours.amount if each.ours else 0)
            for each in differences
        )


def test_faults_are_named_as_told() -> None:
    assert {each.value for each in Fault} == {each.name for each in Fault}
