"""Orders that end without their money, whatever state it is in: cancelled, lapsed, event off."""

from contextlib import suppress
from datetime import timedelta

import pytest

from application.event.cancel_event import CancelEvent
from domain.event.errors import EventNotOnSale
from domain.order.errors import OrderNotCancellable
from domain.order.order import OrderState
from domain.order.payment import PaymentState
from infrastructure.simulated.faults import Action, Fault, FaultPlan
from infrastructure.simulated.intent import METHODS
from tests.application.payment.audit import audit
from tests.application.payment.dying import Death, Life
from tests.application.payment.shop import LATER_THAN_THE_ORDER, Post, Shop, all_arrive, none_arrive
from tests.contracts.world import Caller, crowd, new_key

WAITING = ("requires_action", "succeed_late", "instant_late", "effect_then_timeout")


async def call_off(shop: Shop) -> None:
    command = CancelEvent(event_id=shop.on_sale.event.id)
    await shop.application.events.cancel(command, shop.owner.ctx(new_key()))


@pytest.mark.parametrize("post", [all_arrive, none_arrive])
@pytest.mark.parametrize("method", WAITING)
async def test_an_order_is_cancelled_while_its_payment_is_open(method: str, post: Post) -> None:
    shop = await Shop(post=post).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, method)
    assert (await shop.cancel(buyer, order.id)).state == "CANCELLED"
    assert await shop.available(shop.on_sale) == {"Standing": 10}
    await shop.settle()
    assert shop.order_now(order.id).state is OrderState.CANCELLED
    await audit(shop)


@pytest.mark.parametrize("method", ["succeed", "instant"])
async def test_a_paid_order_is_not_cancelled(method: str) -> None:
    shop = await Shop().open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, method)
    with pytest.raises(OrderNotCancellable):
        await shop.cancel(buyer, order.id)


async def test_an_order_whose_money_is_being_taken_is_not_cancelled() -> None:
    shop = await Shop(faults=FaultPlan({Action.CAPTURE: [Fault.ANSWER_LOST]})).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id)
    assert shop.order_now(order.id).state is OrderState.COMMITTING
    with pytest.raises(OrderNotCancellable):
        await shop.cancel(buyer, order.id)
    await shop.settle()
    assert shop.order_now(order.id).state is OrderState.CONFIRMED
    await audit(shop)


@pytest.mark.parametrize("post", [all_arrive, none_arrive])
@pytest.mark.parametrize("method", METHODS)
async def test_time_jumps_past_the_deadline(method: str, post: Post) -> None:
    """Nothing of ours ran for ten minutes after PayOrder."""
    shop = await Shop(post=post).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, method)
    shop.clock.advance(LATER_THAN_THE_ORDER)
    assert await shop.available(shop.on_sale) in ({"Standing": 9}, {"Standing": 10})
    await shop.settle()
    confirmed = method not in ("decline", "capture_fails", "requires_action")
    assert (shop.order_now(order.id).state is OrderState.CONFIRMED) == confirmed
    await audit(shop)


async def test_taken_money_keeps_its_order_from_lapsing() -> None:
    """The process died between noting the money and taking the stock over."""
    for last in range(1, 20):
        life = Life()
        shop = await Shop(life=life, post=none_arrive).open()
        buyer = await shop.user()
        order = await shop.checkout(buyer)
        life.begin(last)
        with suppress(Death):
            await shop.pay(buyer, order.id, "instant")
        if PaymentState.CAPTURED in [each.state for each in shop.tables.payments.values()]:
            break
    assert shop.order_now(order.id).state is OrderState.PENDING_PAYMENT
    shop.clock.advance(LATER_THAN_THE_ORDER)
    (expire_orders,) = [job for job in shop.jobs if job.name == "expire_orders"]
    await expire_orders.run()
    assert shop.order_now(order.id).state is OrderState.PENDING_PAYMENT
    await shop.settle()
    assert shop.order_now(order.id).state is OrderState.CONFIRMED
    await audit(shop)


@pytest.mark.parametrize("late", [timedelta(seconds=5), timedelta(seconds=400)])
@pytest.mark.parametrize("method", WAITING)
async def test_the_event_is_cancelled_in_between(method: str, late: timedelta) -> None:
    shop = await Shop(late=late).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    view = await shop.pay(buyer, order.id, method)
    await call_off(shop)
    if view.redirect_url is not None:
        await shop.decide(view)
    await shop.settle()
    assert shop.order_now(order.id).state in (OrderState.CANCELLED, OrderState.EXPIRED)
    await audit(shop)
    with pytest.raises(EventNotOnSale):
        other = await shop.user()
        await shop.checkout(other)


async def test_money_being_taken_when_the_event_is_cancelled_is_taken_and_given_back() -> None:
    """The sale was made before; giving the money back is the cancellation's business."""
    shop = await Shop(faults=FaultPlan({Action.CAPTURE: [Fault.REQUEST_LOST]})).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id)
    await call_off(shop)
    await shop.settle()
    assert shop.order_now(order.id).state is OrderState.REFUNDED
    assert len(shop.tickets_of(order.id)) == 1
    await audit(shop)


@pytest.mark.parametrize("method", METHODS)
async def test_paying_and_cancelling_at_once(method: str) -> None:
    shop = await Shop().open(capacity=20)
    buyers = await shop.users(10)
    orders = [await shop.checkout(buyer) for buyer in buyers]
    calls = []
    for buyer, order in zip(buyers, orders, strict=True):
        calls += [shop.pay(buyer, order.id, method), shop.cancel(buyer, order.id)]
    await crowd(calls)
    await shop.settle()
    await audit(shop)


async def test_two_orders_for_the_last_stock_of_late_money() -> None:
    """Both lapsed, both are promised afterwards; one finds stock."""
    shop = await Shop(late=timedelta(seconds=400)).open(capacity=2)

    async def buy(buyer: Caller) -> None:
        order = await shop.checkout(buyer, 2)
        await shop.pay(buyer, order.id, "succeed_late")

    first, second = await shop.users(2)
    await buy(first)
    for _ in range(20):
        shop.clock.advance(timedelta(seconds=10))
        await shop.work()
    await buy(second)
    await shop.settle()
    states = sorted(order.state.value for order in shop.tables.orders.values())
    assert states == ["CONFIRMED", "EXPIRED"]
    assert {each.state for each in shop.tables.payments.values()} == {
        PaymentState.CAPTURED,
        PaymentState.CANCELLED,
    }
    await audit(shop)
