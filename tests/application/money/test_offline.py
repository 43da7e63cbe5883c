"""Offline payment: the organizer has the last word, in time or late, once."""

from datetime import timedelta

import pytest

from application.errors import RoleMissing
from application.event.cancel_event import CancelEvent
from application.order.cancel_order import CancelOrder
from application.order.confirm_payment import ConfirmPayment
from application.views.order import OrderView, PaymentView
from domain.event.errors import EventNotOnSale
from domain.hold.hold import HoldState
from domain.ledger.posting import Account, PostingKind
from domain.order.errors import (
    OrderNotFound,
    OrderNotPayable,
    PaymentNotConfirmable,
    PaymentNotFound,
)
from domain.order.order import OrderState
from domain.order.payment import Observation, Payment, PaymentState
from domain.organizer.organizer import Role
from domain.stock import LimitReached, SoldOut
from shared.ids import HoldId, OrderId, PaymentId
from tests.adapters.memory.harness import MemoryHarness, StillClock
from tests.application.money.bank import Bank
from tests.application.money.house import HOURS, PRICE, House
from tests.contracts.world import Caller, crowd, new_key, refusals

IN_TIME, LATE = timedelta(hours=HOURS - 1), timedelta(hours=HOURS + 1)


async def transfer(
    house: House, buyer: Caller | None = None, quantity: int = 2
) -> tuple[OrderView, PaymentView]:
    buyer = buyer or await house.user()
    order = await house.checkout(buyer, quantity)
    return order, await house.pay(buyer, order.id, "offline")


async def attempts(house: House, order_id: OrderId) -> list[Payment]:
    async with house.begin(house.system()) as work:
        return list(await work.payments.of_order(order_id))


async def background(house: House) -> None:
    for _ in range(3):
        await house.run("sweep_holds", "expire_orders", "finish_payments", "finish_refunds")
        await house.pass_time(timedelta(seconds=1))


async def check_confirmed(house: House, order_id: OrderId, quantity: int = 2) -> None:
    order = await house.stored_order(order_id)
    assert order.state is OrderState.CONFIRMED
    assert len(await house.tickets(order_id)) == quantity
    captured = [each for each in await attempts(house, order_id) if each.state.name == "CAPTURED"]
    assert [(each.due_at, each.is_open) for each in captured] == [(None, False)]
    assert await house.kinds(order_id) == [PostingKind.CHARGE]
    assert await house.balance(order_id) == {
        Account.PROVIDER: quantity * PRICE,
        Account.ORGANIZER: -quantity * PRICE,
    }
    await house.counters(house.sale_of)


async def test_it_waits_for_as_long_as_the_event_says(house: House) -> None:
    order, payment = await transfer(house)
    assert (payment.provider, payment.method, payment.state) == (
        "offline",
        "bank_transfer",
        "REQUIRES_ACTION",
    )
    stored = await house.stored_order(order.id)
    assert stored.deadline - stored.created_at > IN_TIME
    hold = await house.stored_hold(HoldId(order.hold_id))
    assert hold.expires_at == stored.deadline <= hold.latest_expiry
    await house.pass_time(IN_TIME)
    await background(house)
    assert (await house.stored_order(order.id)).state is OrderState.PENDING_PAYMENT
    assert (await house.counters(house.sale_of)) == {"Standing": (2, 0)}


async def test_nobody_looks_at_it_before_its_deadline(house: House) -> None:
    order, _ = await transfer(house)
    await background(house)
    (payment,) = await attempts(house, order.id)
    assert payment.due_at == (await house.stored_order(order.id)).deadline


async def test_only_where_the_event_offers_it() -> None:
    harness = MemoryHarness(StillClock())
    house = await House(harness, Bank(harness.database.clock.now)).open(hours=None)
    buyer = await house.user()
    order = await house.checkout(buyer)
    with pytest.raises(OrderNotPayable) as refused:
        await house.pay(buyer, order.id, "offline")
    assert refused.value.metadata["reason"] == "OFFLINE_NOT_OFFERED"
    assert (await house.pay(buyer, order.id)).state == "CAPTURED"


async def test_confirmed_in_time(house: House) -> None:
    order, payment = await transfer(house)
    await house.pass_time(IN_TIME)
    answer = await house.confirm(order.id, payment.id)
    assert (answer.id, answer.state) == (payment.id, "CAPTURED")
    await check_confirmed(house, order.id)
    assert (await house.stored_hold(HoldId(order.hold_id))).state is HoldState.CONVERTED
    facts = await house.facts_of(order.id)
    assert facts.count("PaymentConfirmed") == facts.count("PaymentCaptured") == 1


async def test_said_twice_it_is_the_same(house: House) -> None:
    order, payment = await transfer(house)
    first = await house.confirm(order.id, payment.id)
    assert await house.confirm(order.id, payment.id) == first
    key = new_key()
    assert await house.confirm(order.id, payment.id, key) == first
    await house.refund(order.id, PRICE)
    assert (await house.confirm(order.id, payment.id)).state == "CAPTURED"
    assert len(await attempts(house, order.id)) == 1


@pytest.mark.parametrize("noticed", [False, True])
async def test_late_money_takes_the_stock_again(house: House, noticed: bool) -> None:
    order, payment = await transfer(house)
    await house.pass_time(LATE)
    if noticed:
        await background(house)
        assert (await house.stored_order(order.id)).state is OrderState.EXPIRED
        assert await house.counters(house.sale_of) == {"Standing": (0, 0)}
    answer = await house.confirm(order.id, payment.id)
    assert answer.state == "CAPTURED" and (answer.id == payment.id) is not noticed
    assert await house.confirm(order.id, payment.id) == answer
    assert await house.confirm(order.id, answer.id) == answer
    await check_confirmed(house, order.id)
    states = [each.state for each in await attempts(house, order.id)]
    ended = [PaymentState.CANCELLED] if noticed else []
    assert states == [*ended, PaymentState.CAPTURED]
    await background(house)
    await check_confirmed(house, order.id)


@pytest.mark.parametrize("noticed", [False, True])
async def test_late_money_without_stock_is_told_so(house: House, noticed: bool) -> None:
    order, payment = await transfer(house, quantity=6)
    await house.pass_time(LATE)
    if noticed:
        await background(house)
    await house.paid(5)
    with pytest.raises(SoldOut):
        await house.confirm(order.id, payment.id)
    await background(house)
    assert (await house.stored_order(order.id)).state is OrderState.EXPIRED
    assert await house.kinds(order.id) == []
    assert await house.counters(house.sale_of) == {"Standing": (0, 5)}


async def test_an_open_payment_of_an_expired_order(house: House) -> None:
    """Between the end of the order and the cancellation of its payment."""
    order, payment = await transfer(house)
    await house.pass_time(LATE)
    async with house.begin(house.system()) as work:
        now = await work.now()
        stored, hold = await work.orders.get(order.id), await work.holds.get(HoldId(order.hold_id))
        (open_,) = await work.payments.of_order(order.id)
        assert stored and hold
        work.orders.save(stored.expire(at=now))
        work.holds.save(hold.expire(at=now))
        work.stock.give_back(hold.lines)
        work.payments.save(open_.abandon(at=now))
        await work.commit(None)
    assert (await house.confirm(order.id, payment.id)).id == payment.id
    await background(house)
    await check_confirmed(house, order.id)


async def test_a_payment_that_has_ended_before_its_order(house: House) -> None:
    """At the deadline the payment ends first."""
    order, payment = await transfer(house)
    await house.pass_time(LATE)
    async with house.begin(house.system()) as work:
        now = await work.now()
        (open_,) = await work.payments.of_order(order.id)
        cancelled = Observation(reference=str(payment.id), state=PaymentState.CANCELLED)
        work.payments.save(open_.abandon(at=now).observe(cancelled, at=now))
        await work.commit(None)
    assert (await house.confirm(order.id, payment.id)).id != payment.id
    await background(house)
    await check_confirmed(house, order.id)


async def test_confirmed_by_many_at_once(house: House) -> None:
    order, payment = await transfer(house)
    outcomes = await crowd(house.confirm(order.id, payment.id) for _ in range(6))
    assert refusals(outcomes) == []
    await check_confirmed(house, order.id)


async def test_confirmed_late_by_many_at_once(house: House) -> None:
    order, payment = await transfer(house)
    await house.pass_time(LATE)
    await background(house)
    outcomes = await crowd(house.confirm(order.id, payment.id) for _ in range(6))
    assert refusals(outcomes) == []
    await check_confirmed(house, order.id)


@pytest.mark.parametrize("rival", ["expire", "cancel"])
async def test_confirmed_while_it_ends(house: House, rival: str) -> None:
    for _ in range(5):
        buyer = await house.user()
        order, payment = await transfer(house, buyer, 1)
        if rival == "expire":
            await house.pass_time(LATE)
            calls = [background(house), house.confirm(order.id, payment.id)]
        else:
            command = CancelOrder(order_id=order.id)
            cancelled = house.application.orders.cancel(command, buyer.ctx(new_key()))
            calls = [cancelled, house.confirm(order.id, payment.id)]  # type: ignore[list-item]
        outcomes = await crowd(calls)
        await background(house)
        state = (await house.stored_order(order.id)).state
        if state is OrderState.CONFIRMED:
            await check_confirmed(house, order.id, 1)
        else:
            assert state is OrderState.CANCELLED, outcomes
            assert refusals(outcomes) == ["PAYMENT_NOT_CONFIRMABLE"]
            assert await house.kinds(order.id) == []
        await house.counters(house.sale_of)


async def test_a_cancelled_order_is_not_confirmed(house: House) -> None:
    buyer = await house.user()
    order, payment = await transfer(house, buyer)
    command = CancelOrder(order_id=order.id)
    await house.application.orders.cancel(command, buyer.ctx(new_key()))
    await background(house)
    with pytest.raises(PaymentNotConfirmable) as refused:
        await house.confirm(order.id, payment.id)
    assert refused.value.metadata["order_state"] == "CANCELLED"


async def test_a_cancelled_event_takes_no_money(house: House) -> None:
    order, payment = await transfer(house)
    off = CancelEvent(event_id=house.sale_of.event.id)
    await house.application.events.cancel(off, house.owner.ctx(new_key()))
    with pytest.raises(EventNotOnSale):
        await house.confirm(order.id, payment.id)


async def test_only_offline_payments_are_confirmed(house: House) -> None:
    payment = await house.paid()
    with pytest.raises(PaymentNotConfirmable):
        await house.confirm(payment.order_id, payment.id)


async def test_whose_payment_it_is(house: House) -> None:
    buyer = await house.user()
    order, payment = await transfer(house, buyer)
    other, _ = await transfer(house)
    manager, scanner, stranger = [await house.user() for _ in range(3)]
    await house.join(house.organizer_id, manager, Role.MANAGER)
    await house.join(house.organizer_id, scanner, Role.SCANNER)
    command = ConfirmPayment(order_id=order.id, payment_id=payment.id, note=None)
    for caller, refusal in (
        (buyer, OrderNotFound),
        (stranger, OrderNotFound),
        (scanner, RoleMissing),
    ):
        with pytest.raises(refusal):
            await house.application.orders.confirm_payment(command, caller.ctx())
    with pytest.raises(PaymentNotFound):
        await house.confirm(other.id, payment.id)
    with pytest.raises(PaymentNotFound):
        await house.confirm(order.id, PaymentId(other.id))
    await house.application.orders.confirm_payment(command, manager.ctx())
    await check_confirmed(house, order.id)


async def test_what_waits_for_a_transfer_counts_for_its_buyer() -> None:
    harness = MemoryHarness(StillClock())
    house = await House(harness, Bank(harness.database.clock.now)).open(max_per_buyer=3)
    buyer = await house.user()
    await transfer(house, buyer, 2)
    await harness.pass_time(IN_TIME)
    with pytest.raises(LimitReached):
        await house.checkout(buyer, 2)
    await house.checkout(buyer, 1)


async def test_an_offline_payment_that_lapses_gives_everything_back(house: House) -> None:
    order, _ = await transfer(house)
    await house.pass_time(LATE)
    await background(house)
    assert (await house.stored_order(order.id)).state is OrderState.EXPIRED
    (payment,) = await attempts(house, order.id)
    assert (payment.state, payment.due_at) == (PaymentState.CANCELLED, None)
    assert await house.counters(house.sale_of) == {"Standing": (0, 0)}
