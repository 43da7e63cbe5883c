"""The process dies, once, at any step of a purchase; what was begun comes to an end."""

from contextlib import suppress

import pytest

from domain.order.order import OrderState
from infrastructure.simulated.intent import METHODS
from shared.errors import AppError
from tests.application.payment.audit import audit
from tests.application.payment.dying import Death, Life
from tests.application.payment.shop import Post, Shop, all_arrive, none_arrive
from tests.application.payment.test_methods import IN_THE_END


async def purchase(method: str, last: int | None, post: Post) -> Shop:
    """Buys with the method and lets time pass; the process may die on the way."""
    life = Life()
    shop = await Shop(life=life, post=post).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer, 2)
    life.begin(last)
    try:
        view = await shop.pay(buyer, order.id, method)
    except Death:
        shop.deaths += 1
    else:
        if view.redirect_url is not None:
            await shop.work()
            await shop.decide(view)
    await shop.settle()
    return shop


@pytest.mark.parametrize("post", [all_arrive, none_arrive])
@pytest.mark.parametrize("method", METHODS)
async def test_death_at_every_step(method: str, post: Post) -> None:
    steps = (await purchase(method, None, post)).life.steps
    assert steps >= 6
    ends = set()
    for last in range(1, steps + 1):
        shop = await purchase(method, last, post)
        assert shop.life.is_over, f"nobody died at step {last}"
        await audit(shop)
        (order,) = shop.tables.orders.values()
        ends.add(order.state)
    # A buyer who died with the process pays no more; money on its way is used.
    wanted = OrderState.CONFIRMED if method == "requires_action" else IN_THE_END[method]
    assert wanted in ends and ends <= {wanted, OrderState.EXPIRED}


@pytest.mark.parametrize("method", METHODS)
async def test_death_at_every_step_of_a_purchase_that_is_cancelled(method: str) -> None:
    async def run(last: int | None) -> Shop:
        life = Life()
        shop = await Shop(life=life).open()
        buyer = await shop.user()
        order = await shop.checkout(buyer)
        life.begin(last)
        with suppress(Death):
            await shop.pay(buyer, order.id, method)
        with suppress(Death, AppError):
            await shop.cancel(buyer, order.id)
        await shop.settle()
        return shop

    for last in range(1, (await run(None)).life.steps + 1):
        shop = await run(last)
        assert shop.life.is_over
        await audit(shop)
