"""The hourly match of both ledgers: nothing to say while they agree, each difference once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.payments import Movement, MovementKind
from application.views.reconciliation import DiscrepancyView
from domain.attention.attention import AttentionState
from domain.ledger.posting import Account, PostingKind
from infrastructure.memory.tables import Tables
from shared.money import Money
from tests.adapters.memory.harness import MemoryHarness, StillClock
from tests.application.money.bank import BANK, FEE, Bank
from tests.application.money.house import PRICE, House
from tests.contracts.world import crowd

HOUR = timedelta(hours=1)
CHARGE, FEE_KIND = PostingKind.CHARGE, PostingKind.PROVIDER_FEE


async def an_hour(house: House) -> tuple[DiscrepancyView, ...]:
    """Passes; what its report says of the organizer."""
    await house.pass_time(HOUR)
    assert await house.run("reconcile") == 1
    (report,) = (await house.reconciliation()).reports
    return report.discrepancies


async def test_hours_of_sales_and_refunds_without_a_line() -> None:
    harness = MemoryHarness(StillClock())
    house = await House(harness, Bank(harness.database.clock.now)).open(capacity=100)
    for hour in range(6):
        payments = [await house.paid(2) for _ in range(hour % 3)]
        for payment in payments[:1]:
            await house.refund(payment.order_id, PRICE // 2)
            await house.refund(payment.order_id, PRICE // 2)
        assert await an_hour(house) == ()
        expected = 3 * len(payments) + (4 if payments else 0)
        assert house.observer.reports[-1] == (BANK, True, expected, 0)
    assert await house.items() == ()


async def test_the_provider_keeps_its_fee_at_the_organizers_expense_once(house: House) -> None:
    payment = await house.paid()
    for _ in range(4):
        assert await an_hour(house) == ()
    assert set(await house.kinds(payment.order_id)) == {CHARGE, FEE_KIND}
    assert len(await house.postings(payment.order_id)) == 2
    assert await house.balance(payment.order_id) == {
        Account.PROVIDER: PRICE - FEE,
        Account.ORGANIZER: FEE - PRICE,
    }


async def test_what_we_do_not_know_of(house: House) -> None:
    payment = await house.paid()
    house.bank.move(MovementKind.REFUND, str(payment.id), 700)
    (line,) = await an_hour(house)
    assert (line.kind, line.ours, line.theirs) == ("MISSING_HERE", None, -700)
    assert (line.payment_id, line.order_id) == (payment.id, payment.order_id)
    (item,) = await house.items()
    assert (item.kind, item.order_id) == ("LEDGERS_DIFFER", payment.order_id)
    assert "MISSING_HERE" in item.detail and str(payment.id) in item.detail
    assert house.observer.reports[-1] == (BANK, True, 4, 1)


async def test_what_they_do_not_know_of(house: House) -> None:
    payment = await house.paid()
    house.bank.ledger = [each for each in house.bank.ledger if each.kind is MovementKind.FEE]
    (line,) = await an_hour(house)
    assert (line.kind, line.ours, line.theirs) == ("MISSING_THERE", PRICE, None)
    assert line.order_id == payment.order_id


async def test_another_amount(house: House) -> None:
    await house.paid()
    house.bank.ledger[0] = replace(house.bank.ledger[0], amount=Money(PRICE - 1, "EUR"))
    (line,) = await an_hour(house)
    assert (line.kind, line.ours, line.theirs) == ("AMOUNT_DIFFERS", PRICE, PRICE - 1)


@pytest.mark.parametrize("kind", [MovementKind.CHARGE, MovementKind.FEE])
async def test_a_payment_of_nobody_is_for_the_operators(house: House, kind: MovementKind) -> None:
    house.bank.move(kind, "somebody-else", 900)
    assert await an_hour(house) == ()
    assert await house.items() == ()
    tables = _tables(house)
    (item,) = tables.attention.values()
    assert item.organizer_id is None and "UNKNOWN_PAYMENT somebody-else" in item.detail
    assert house.observer.reports[-1][-1] == 1


async def test_a_difference_is_told_once(house: House) -> None:
    payment = await house.paid()
    house.bank.move(MovementKind.REFUND, str(payment.id), 700)
    assert len(await an_hour(house)) == 1
    for _ in range(3):
        assert await an_hour(house) == ()
    assert len(await house.items()) == 1


async def test_each_organizer_hears_of_its_own(house: House) -> None:
    neighbour = House(house.harness, house.bank)
    await neighbour.open()
    ours, theirs = await house.paid(), await neighbour.paid()
    for payment in (ours, theirs):
        house.bank.move(MovementKind.REFUND, str(payment.id), 700)
    await house.pass_time(HOUR)
    await house.run("reconcile")
    for each, payment in ((house, ours), (neighbour, theirs)):
        (report,) = (await each.reconciliation()).reports
        assert [line.payment_id for line in report.discrepancies] == [payment.id]
        (item,) = await each.items(AttentionState.OPEN)
        assert item.order_id == payment.order_id


async def test_what_happens_right_now_waits_for_the_next_report(house: House) -> None:
    await an_hour(house)
    await house.pass_time(HOUR - timedelta(minutes=1))
    await house.paid()
    house.bank.ledger.clear()
    await house.pass_time(timedelta(minutes=1))
    await house.run("reconcile")
    assert (await house.reconciliation()).reports[0].discrepancies == ()
    assert len(await an_hour(house)) == 1


async def test_a_provider_that_does_not_answer_is_compared_later(house: House) -> None:
    payment = await house.paid()
    await an_hour(house)
    house.bank.move(MovementKind.REFUND, str(payment.id), 700)
    house.bank.down = True
    for _ in range(30):
        await house.pass_time(HOUR)
        assert await house.run("reconcile") == 0
    house.bank.down = False
    assert len(await an_hour(house)) == 1
    assert len(house.observer.reports) == 2


async def test_several_processes_make_one_report_an_hour(house: House) -> None:
    """Each goes on from where the last report ended, whatever its clock says."""
    await an_hour(house)
    await _reported_once(house)


async def test_several_processes_make_one_first_report(house: House) -> None:
    """Within the same hour: here the clock stands still, so that no other one begins meanwhile."""
    await _reported_once(house)


async def _reported_once(house: House) -> None:
    payment = await house.paid()
    house.bank.move(MovementKind.REFUND, str(payment.id), 700)
    await house.pass_time(HOUR)
    await crowd(house.run("reconcile") for _ in range(4))
    assert len(await house.items()) == 1
    assert set(await house.kinds(payment.order_id)) == {CHARGE, FEE_KIND}
    assert len(await house.postings(payment.order_id)) == 2
    assert await house.run("reconcile") == 0


async def test_tests_and_real_money_are_compared_apart() -> None:
    harness = MemoryHarness(StillClock())
    bank, play = (Bank(harness.database.clock.now, live=live) for live in (True, False))
    house = House(harness, bank, play)
    await house.open()
    payment = await house.paid()
    play.move(MovementKind.CHARGE, str(payment.id), PRICE)
    play.move(MovementKind.FEE, str(payment.id), FEE)
    await harness.pass_time(HOUR)
    assert await house.run("reconcile") == 2
    assert sorted(house.observer.reports) == [(BANK, False, 2, 2), (BANK, True, 3, 0)]
    (item,) = _tables(house).attention.values()
    assert (item.live, item.organizer_id) == (False, None)


async def test_an_account_of_both_modes_is_compared_with_both() -> None:
    """One key of a provider's test mode serves tests and orders that are none."""
    harness = MemoryHarness(StillClock())
    books: list[Movement] = []
    clock = harness.database.clock.now
    bank, play = (Bank(clock, live=live, ledger=books, shared=True) for live in (True, False))
    house = House(harness, bank, play)
    await house.open()
    payment = await house.paid()
    bank.move(MovementKind.FEE, str(payment.id), FEE)
    bank.move(MovementKind.CHARGE, "of nobody", PRICE)
    await harness.pass_time(HOUR)
    assert await house.run("reconcile") == 2
    found = [(live, differences) for _, live, _, differences in house.observer.reports]
    assert sorted(found) == [(False, 1), (True, 1)]  # what is nobody's is strange to both
    assert set(await house.kinds(payment.order_id)) == {CHARGE, FEE_KIND}


async def test_a_dispute_nobody_told_us_of_is_looked_at(house: House) -> None:
    payment = await house.paid()
    house.bank.claim(payment.id, PRICE)
    (line,) = await an_hour(house)
    assert (line.kind, line.theirs) == ("MISSING_HERE", -PRICE)
    await house.pass_time(timedelta(seconds=1))
    await house.run("process_inbox")
    assert PostingKind.DISPUTE in await house.kinds(payment.order_id)


async def test_balances_and_totals_are_the_organizers(house: House) -> None:
    neighbour = House(house.harness, house.bank)
    await neighbour.open()
    payment = await house.paid(3)
    await house.refund(payment.order_id, PRICE)
    await neighbour.paid()
    view = await house.reconciliation()
    (balance,) = view.balances
    assert (balance.currency, balance.provider, balance.organizer) == (
        "EUR",
        2 * PRICE,
        -2 * PRICE,
    )
    assert [(each.kind, each.amount) for each in view.totals] == [
        ("CHARGE", 3 * PRICE),
        ("REFUND", -PRICE),
    ]
    assert (view.live, view.reports) == (True, ())


def _tables(house: House) -> Tables:
    assert isinstance(house.harness, MemoryHarness)
    return house.harness.database.tables
