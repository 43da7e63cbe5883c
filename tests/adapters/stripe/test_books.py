"""Stripe's ledger, its disputes, and the events it could not deliver."""

from datetime import datetime, timedelta

import pytest

from application.ports.inbox import Topic
from application.ports.payments import Movement, MovementKind
from domain.order.dispute import DisputeState
from tests.adapters.stripe.bench import StripeBench, on_the_bench
from tests.fakes.stripe.server import Server
from tests.fakes.stripe.webhooks import Mail


async def between(stripe: StripeBench, since: datetime, until: datetime) -> list[Movement]:
    moved = await stripe.payments.movements(since=since, until=until)
    assert moved is not None
    return list(moved)


async def all_of(stripe: StripeBench) -> list[Movement]:
    now = stripe.now()
    return await between(stripe, now - timedelta(days=1), now + timedelta(seconds=1))


async def test_what_stripe_keeps_is_a_movement_of_its_own(stripe: StripeBench) -> None:
    stripe.world.desk.books.fees = {"charge": 55, "dispute": 1500}
    asked = await stripe.take()
    stripe.world.refunds.dispute(str(asked.reference))
    moved = await all_of(stripe)
    assert [(each.kind, each.amount.amount) for each in moved] == [
        (MovementKind.CHARGE, 1250),
        (MovementKind.FEE, 55),
        (MovementKind.DISPUTE, 1250),
        (MovementKind.FEE, 1500),
    ]
    assert {each.reference for each in moved} == {asked.reference}
    assert len({each.id for each in moved}) == 4
    assert moved == await all_of(stripe)


async def test_movements_are_in_the_currency_that_was_paid(stripe: StripeBench) -> None:
    """The account may be paid out in another one: its balance is no measure of ours."""
    asked = await stripe.take()
    for line in stripe.world.desk.books.lines:
        line.update(amount=1377, currency="usd", fee=60)
    charge, fee = await all_of(stripe)
    assert charge.amount == asked.amount
    assert (fee.amount.amount, fee.amount.currency) == (60, "USD")


async def test_other_business_of_the_account_is_left_out(stripe: StripeBench) -> None:
    desk = stripe.world.desk
    payout = desk.add("payout", "po", amount=900, currency="eur")
    desk.enter("payout", payout, -900)
    manual = desk.add("charge", "ch", amount=5, amount_captured=5, currency="eur")
    manual["payment_intent"] = None
    desk.enter("charge", manual, 5)
    assert await all_of(stripe) == []


async def test_all_pages_are_read_and_windows_do_not_overlap(stripe: StripeBench) -> None:
    asked, start = await stripe.take(), stripe.now()
    (charge,) = stripe.world.desk.all("charge")
    for _ in range(120):
        stripe.pass_time(timedelta(seconds=1))
        stripe.world.desk.enter("charge", charge, 1)
    moved = await all_of(stripe)
    assert len(moved) == 121 and {each.reference for each in moved} == {asked.reference}
    assert [each.occurred_at for each in moved] == sorted(each.occurred_at for each in moved)
    middle = start + timedelta(seconds=60.5)
    first = await between(stripe, start, middle)
    second = await between(stripe, middle, stripe.now())
    assert (len(first), len(second)) == (61, 59)
    assert [*first, *second] == moved[:-1]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("warning_needs_response", DisputeState.OPEN),
        ("warning_under_review", DisputeState.OPEN),
        ("warning_closed", DisputeState.WON),
        ("prevented", DisputeState.WON),
    ],
)
async def test_an_inquiry_takes_nothing(
    stripe: StripeBench, status: str, state: DisputeState
) -> None:
    asked = await stripe.take()
    dispute = stripe.world.refunds.dispute(str(asked.reference), inquiry=True)
    stripe.world.refunds.close(dispute["id"], status)
    (seen,) = await stripe.payments.disputes(asked)
    assert (seen.state, seen.withdrawn, seen.reason) == (state, False, "fraudulent")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("under_review", DisputeState.OPEN),
        ("appeal_under_review", DisputeState.OPEN),
        ("won", DisputeState.WON),
        ("lost", DisputeState.LOST),
        ("prevented", DisputeState.LOST),
    ],
)
async def test_what_was_withdrawn_stays_withdrawn(
    stripe: StripeBench, status: str, state: DisputeState
) -> None:
    asked = await stripe.take()
    dispute = stripe.world.refunds.dispute(str(asked.reference), amount=500)
    stripe.world.refunds.close(dispute["id"], status)
    (seen,) = await stripe.payments.disputes(asked)
    assert (seen.state, seen.withdrawn, seen.amount.amount) == (state, True, 500)


async def test_disputes_are_oldest_first(stripe: StripeBench) -> None:
    asked = await stripe.take()
    made = [stripe.world.refunds.dispute(str(asked.reference), amount=1)["id"] for _ in range(3)]
    assert [each.reference for each in await stripe.payments.disputes(asked)] == made


async def test_missed_events_are_those_that_nobody_took(fake: Server) -> None:
    async with on_the_bench(fake) as bench:
        since = bench.now()
        asked = await bench.take()
        await bench.refund(asked, 400)
        bench.world.desk.announce("customer.created", bench.world.desk.add("customer", "cus"))
        told = bench.world.desk.events
        assert len(Mail().fetch(told[:1])) == 1
        missed = await bench.payments.missed_events(since=since)
        assert [each.type for each in missed] == ["payment_intent.succeeded", "refund.created"]
        assert [each.topic for each in missed] == [Topic.PAYMENT, Topic.REFUND]
        assert {each.payment_id for each in missed} == {asked.payment_id}
        assert {each.reference for each in missed} == {asked.reference}
        assert [each.event_id for each in missed] == [each["id"] for each in told[1:3]]


def test_mail_is_as_bad_as_it_is_told_to_be() -> None:
    events = [{"id": number, "pending_webhooks": 1} for number in range(200)]
    mail = Mail(seed=7, duplicated=0.2, delayed=0.2, dropped=0.1, shuffled=True)
    first, later = mail.fetch(events[:100]), mail.fetch(events)
    ids = [each["id"] for each in first + later]
    assert len(set(ids)) < len(ids) and ids != sorted(ids)
    assert any(each["id"] < 100 for each in later)
    rest = mail.fetch(events)
    lost = {each["id"] for each in events if each["pending_webhooks"]}
    assert lost and lost.isdisjoint({each["id"] for each in first + later + rest})
    assert len(lost | set(ids) | {each["id"] for each in rest}) == 200
