"""Two at work on one payment: whatever the second does between two transactions of the first."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from domain.order.order import OrderState
from shared.errors import AppError
from shared.ids import OrderId
from tests.application.payment.audit import audit
from tests.application.payment.shop import LATER_THAN_THE_ORDER, Shop, none_arrive
from tests.contracts.world import Caller

Others = Callable[[Shop, Caller, OrderId], Awaitable[None]]


async def another_worker(shop: Shop, buyer: Caller, order_id: OrderId) -> None:
    await shop.process.advance(shop.payment_of(order_id).id, "another worker")


async def the_buyer_cancels(shop: Shop, buyer: Caller, order_id: OrderId) -> None:
    with suppress(AppError):
        await shop.cancel(buyer, order_id)


async def the_deadline_passes(shop: Shop, buyer: Caller, order_id: OrderId) -> None:
    shop.clock.advance(LATER_THAN_THE_ORDER)
    for job in shop.jobs:
        if job.name in ("expire_orders", "sweep_holds"):
            await job.run()


async def everything_at_once(shop: Shop, buyer: Caller, order_id: OrderId) -> None:
    await the_buyer_cancels(shop, buyer, order_id)
    await the_deadline_passes(shop, buyer, order_id)
    await shop.work()


@pytest.mark.parametrize(
    "others", [another_worker, the_buyer_cancels, the_deadline_passes, everything_at_once]
)
@pytest.mark.parametrize("method", ["succeed", "instant", "requires_action", "succeed_late"])
async def test_others_come_in_between(method: str, others: Others) -> None:
    at, interrupted = 0, True
    while interrupted:
        at += 1
        shop = await Shop(post=none_arrive).open()
        buyer = await shop.user()
        order = await shop.checkout(buyer)
        view = await shop.pay(buyer, order.id, method)
        if view.redirect_url is not None:
            await shop.decide(view)
        shop.clock.advance(timedelta(seconds=6))
        shop.mortal.interrupt(at, lambda: others(shop, buyer, OrderId(order.id)))
        await shop.process.advance(view.id, "the first worker")
        interrupted = shop.mortal.was_interrupted
        await shop.settle()
        await audit(shop)


@pytest.mark.parametrize("others", [another_worker, the_buyer_cancels, everything_at_once])
@pytest.mark.parametrize("method", ["succeed", "instant", "decline", "effect_then_timeout"])
async def test_others_come_in_between_while_the_buyer_pays(method: str, others: Others) -> None:
    at, interrupted = 1, True
    while interrupted:
        at += 1  # the first unit of work saves the attempt
        shop = await Shop(post=none_arrive).open()
        buyer = await shop.user()
        order = await shop.checkout(buyer)
        shop.mortal.interrupt(at, lambda: others(shop, buyer, OrderId(order.id)))
        await shop.pay(buyer, order.id, method)
        interrupted = shop.mortal.was_interrupted
        await shop.settle()
        await audit(shop)
    assert at > 4


async def test_stock_turns_up_while_the_first_worker_gives_up() -> None:
    """Sold out for late money; then stock comes back, and a second worker uses it."""
    at, used, interrupted = 0, 0, True
    while interrupted:
        at += 1
        shop = await Shop(late=timedelta(seconds=400), post=none_arrive).open(capacity=1)
        buyer, other = await shop.users(2)
        order = await shop.checkout(buyer)
        view = await shop.pay(buyer, order.id, "succeed_late")
        while shop.order_now(order.id).state is not OrderState.EXPIRED:
            shop.clock.advance(timedelta(seconds=20))
            await shop.work()
        shop.clock.advance(timedelta(seconds=400))
        second = await shop.checkout(other)

        async def others(shop: Shop = shop, first: OrderId = order.id) -> None:
            await shop.cancel(other, second.id)
            await another_worker(shop, buyer, first)

        shop.mortal.interrupt(at, others)
        await shop.process.advance(view.id, "the first worker")
        interrupted = shop.mortal.was_interrupted
        await shop.settle()
        await audit(shop)
        used += shop.order_now(order.id).state is OrderState.CONFIRMED
    assert used >= 3
