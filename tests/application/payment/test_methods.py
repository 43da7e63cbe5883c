"""Every method, from PayOrder to the end, and each step repeated."""

from datetime import timedelta

import pytest

from domain.order.order import OrderState
from domain.order.payment import PaymentState
from infrastructure.simulated.intent import METHODS
from tests.application.payment.audit import audit
from tests.application.payment.shop import LATE, LATER_THAN_THE_ORDER, Shop, none_arrive

AT_ONCE = {
    "succeed": (PaymentState.CAPTURED, OrderState.CONFIRMED),
    "instant": (PaymentState.CAPTURED, OrderState.CONFIRMED),
    "decline": (PaymentState.FAILED, OrderState.PENDING_PAYMENT),
    "capture_fails": (PaymentState.FAILED, OrderState.FAILED),
    "requires_action": (PaymentState.REQUIRES_ACTION, OrderState.PENDING_PAYMENT),
    "succeed_late": (PaymentState.PROCESSING, OrderState.PENDING_PAYMENT),
    "instant_late": (PaymentState.PROCESSING, OrderState.PENDING_PAYMENT),
    "effect_then_timeout": (PaymentState.CREATED, OrderState.PENDING_PAYMENT),
}
IN_THE_END = {
    "succeed": OrderState.CONFIRMED,
    "instant": OrderState.CONFIRMED,
    "decline": OrderState.EXPIRED,
    "capture_fails": OrderState.FAILED,
    "requires_action": OrderState.EXPIRED,
    "succeed_late": OrderState.CONFIRMED,
    "instant_late": OrderState.CONFIRMED,
    "effect_then_timeout": OrderState.CONFIRMED,
}


@pytest.mark.parametrize("method", METHODS)
async def test_what_is_answered_and_what_comes_of_it(method: str) -> None:
    shop = await Shop().open()
    buyer = await shop.user()
    order = await shop.checkout(buyer, 2)
    view = await shop.pay(buyer, order.id, method)
    payment_state, order_state = AT_ONCE[method]
    assert (view.state, shop.order_now(order.id).state) == (payment_state.value, order_state)
    assert (view.redirect_url is not None) == (method == "requires_action")
    await shop.settle()
    assert shop.order_now(order.id).state is IN_THE_END[method]
    await audit(shop)


@pytest.mark.parametrize("method", METHODS)
async def test_the_same_without_a_single_webhook(method: str) -> None:
    shop = await Shop(post=none_arrive).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, method)
    await shop.settle()
    assert shop.order_now(order.id).state is IN_THE_END[method]
    await audit(shop)


@pytest.mark.parametrize("method", ["succeed_late", "instant_late", "effect_then_timeout"])
async def test_late_money_confirms_within_seconds(method: str) -> None:
    shop = await Shop().open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, method)
    for _ in range(20):
        shop.clock.advance((LATE + timedelta(seconds=2)) / 20)
        await shop.work()
    assert shop.order_now(order.id).state is OrderState.CONFIRMED


@pytest.mark.parametrize(("approve", "end"), [(True, "CONFIRMED"), (False, "PENDING_PAYMENT")])
async def test_a_human_decides(approve: bool, end: str) -> None:
    shop = await Shop().open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    view = await shop.pay(buyer, order.id, "requires_action")
    await shop.work()
    await shop.decide(view, approve=approve)
    await shop.work()
    assert shop.order_now(order.id).state.value == end
    await shop.settle()
    await audit(shop)


@pytest.mark.parametrize("method", METHODS)
async def test_going_on_with_what_is_done_changes_nothing(method: str) -> None:
    shop = await Shop().open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    payment = await shop.pay(buyer, order.id, method)
    await shop.settle()
    facts, ledger = len(shop.tables.outbox), await shop.provider.ledger()
    for _ in range(3):
        await shop.process.advance(payment.id, "again")
    shop.clock.advance(LATER_THAN_THE_ORDER)
    await shop.process.advance(payment.id, "again")
    assert len(shop.tables.outbox) == facts
    assert await shop.provider.ledger() == ledger
    await audit(shop)
