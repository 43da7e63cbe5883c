"""Whole purchases by Alipay, with the shop in memory."""

from datetime import timedelta

import pytest

from domain.order.order import OrderState
from domain.order.payment import PaymentState
from domain.order.refund import LATE_PAYMENT, RefundState
from tests.adapters.alipay.bench import AlipayBench
from tests.fakes.yuan_shop import YuanShop, seen_by_payer

A_MINUTE = timedelta(minutes=1)
AN_HOUR = timedelta(hours=1)


@pytest.fixture
async def shop(bench: AlipayBench) -> YuanShop:
    shop = YuanShop(bench)
    bench.at = shop.clock.now()
    return await shop.open()


@pytest.mark.parametrize("method", ["page", "qr"])
@pytest.mark.parametrize("heard", [True, False])
async def test_a_payer_who_pays_has_tickets(
    shop: YuanShop, bench: AlipayBench, method: str, heard: bool
) -> None:
    order_id, view = await shop.asked(method)
    await shop.work(until=A_MINUTE)
    assert shop.payment_now(order_id).redirect_url == view.redirect_url
    await bench.approve(seen_by_payer(view, shop.payment_now(order_id)))
    if heard:
        await shop.hear()
    await shop.work(until=timedelta() if heard else A_MINUTE)
    assert shop.order_now(order_id).state is OrderState.CONFIRMED
    assert await bench.taken() == 1250


async def test_a_page_that_nobody_opened_is_forgotten_when_its_time_is_over(
    shop: YuanShop, bench: AlipayBench
) -> None:
    order_id, _ = await shop.asked()
    await shop.cancel(order_id)
    await shop.work(until=A_MINUTE)
    assert shop.payment_now(order_id).is_open
    assert await shop.available(shop.on_sale) == {"Standing": 10}
    await shop.work(until=AN_HOUR)
    assert shop.payment_now(order_id).state is PaymentState.CANCELLED
    assert shop.order_now(order_id).state is OrderState.CANCELLED


async def test_a_page_that_is_paid_after_the_order_was_cancelled(
    shop: YuanShop, bench: AlipayBench
) -> None:
    """Another tab was open: Alipay knew of no trade when we asked to close it."""
    order_id, view = await shop.asked()
    await shop.cancel(order_id)
    await shop.work(until=A_MINUTE)
    await bench.approve(seen_by_payer(view, shop.payment_now(order_id)))
    assert await bench.taken() == 1250
    await shop.work(until=A_MINUTE)
    assert shop.order_now(order_id).state is OrderState.CANCELLED
    (refund,) = shop.refunds_of(order_id)
    assert (refund.state, refund.reason) == (RefundState.SUCCEEDED, LATE_PAYMENT)
    assert await bench.taken() == 0


async def test_a_trade_of_another_amount_confirms_nothing(
    shop: YuanShop, bench: AlipayBench
) -> None:
    order_id, view = await shop.asked()
    seen = seen_by_payer(view, shop.payment_now(order_id))
    await bench.open(seen)
    bench.fake.books.trades[seen.reference].total /= 100
    bench.fake.pay(seen.reference)
    await shop.hear()
    await shop.work(until=A_MINUTE)
    assert shop.order_now(order_id).state is OrderState.PENDING_PAYMENT
