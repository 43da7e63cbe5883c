"""Money that comes after the order's deadline: used if stock is left, else given back."""

from datetime import timedelta

import pytest

from application.ports.payments import Asked
from domain.order.order import OrderState
from domain.order.payment import Observation, PaymentState
from tests.application.payment.audit import audit
from tests.application.payment.dying import Life, MortalPayments
from tests.application.payment.shop import LATER_THAN_THE_ORDER, Post, Shop, all_arrive, none_arrive

VERY_LATE = timedelta(seconds=400)
"""Later than any hold lasts here."""


async def lapse(shop: Shop) -> None:
    """Time passes until after the order's deadline, and everybody notices."""
    for _ in range(30):
        shop.clock.advance(timedelta(seconds=10))
        await shop.work()


@pytest.mark.parametrize("post", [all_arrive, none_arrive])
@pytest.mark.parametrize("stock_left", [True, False])
@pytest.mark.parametrize("method", ["succeed_late", "instant_late"])
async def test_late_money(method: str, stock_left: bool, post: Post) -> None:
    shop = await Shop(late=VERY_LATE, post=post).open(capacity=2)
    buyer, other = await shop.users(2)
    order = await shop.checkout(buyer, 2)
    await shop.pay(buyer, order.id, method)
    await lapse(shop)
    # The provider would not let go of what it is processing; the order ends nevertheless.
    assert shop.order_now(order.id).state is OrderState.EXPIRED
    assert shop.payment_of(order.id).state is PaymentState.PROCESSING
    assert await shop.available(shop.on_sale) == {"Standing": 2}
    if not stock_left:
        second = await shop.checkout(other, 1)
        await shop.pay(other, second.id)
        assert shop.order_now(second.id).state is OrderState.CONFIRMED
    await shop.settle()
    confirmed = shop.order_now(order.id).state is OrderState.CONFIRMED
    assert confirmed == stock_left
    await audit(shop)
    totals = (await shop.provider.totals())["EUR"]
    if not stock_left:
        # A promise is let go and costs nothing; taken money goes back.
        assert totals.refunded == (2500 if method == "instant_late" else 0)


async def test_every_question_to_cancel_has_a_key_of_its_own() -> None:
    """An answer is kept under its key: with an old one, the old "no" would be all we hear."""
    keys: list[str] = []

    class Noting(MortalPayments):
        async def cancel(self, asked: Asked, *, key: str) -> Observation:
            keys.append(key)
            return await super().cancel(asked, key=key)

    shop = await Shop(late=VERY_LATE, wrap=lambda payments: Noting(payments, Life())).open(1)
    buyer, other = await shop.users(2)
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, "succeed_late")
    await lapse(shop)
    await shop.pay(other, (await shop.checkout(other)).id)
    await shop.settle()
    assert len(keys) == len(set(keys)) == 2
    await audit(shop)


@pytest.mark.parametrize("method", ["succeed_late", "instant_late"])
async def test_late_money_for_a_cancelled_order_goes_back(method: str) -> None:
    shop = await Shop().open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, method)
    await shop.cancel(buyer, order.id)
    assert await shop.available(shop.on_sale) == {"Standing": 10}
    await shop.settle()
    assert shop.order_now(order.id).state is OrderState.CANCELLED
    await audit(shop)


@pytest.mark.parametrize("stock_left", [True, False])
async def test_approved_in_time_but_nobody_noticed(stock_left: bool) -> None:
    """The process was away: the approval is found after the deadline."""
    shop = await Shop(post=none_arrive).open(capacity=1)
    buyer, other = await shop.users(2)
    order = await shop.checkout(buyer)
    view = await shop.pay(buyer, order.id, "requires_action")
    await shop.decide(view)
    shop.clock.advance(LATER_THAN_THE_ORDER)
    if not stock_left:
        second = await shop.checkout(other)
        await shop.pay(other, second.id)
    await shop.settle()
    assert (shop.order_now(order.id).state is OrderState.CONFIRMED) == stock_left
    await audit(shop)


async def test_the_question_is_withdrawn_at_the_deadline() -> None:
    shop = await Shop().open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    view = await shop.pay(buyer, order.id, "requires_action")
    await lapse(shop)
    assert shop.order_now(order.id).state is OrderState.EXPIRED
    assert shop.payment_of(order.id).state is PaymentState.CANCELLED
    await shop.decide(view)
    assert shop.payment_of(order.id).state is PaymentState.CANCELLED
    await shop.settle()
    await audit(shop)
