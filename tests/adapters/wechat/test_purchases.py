"""Whole purchases by WeChat Pay, with the shop in memory."""

from datetime import timedelta

import pytest

from domain.order.order import OrderState
from domain.order.payment import PaymentState
from tests.adapters.wechat.bench import WechatBench
from tests.fakes.wechat.books import Refused
from tests.fakes.yuan_shop import YuanShop, seen_by_payer

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
async def shop(bench: WechatBench) -> YuanShop:
    shop = YuanShop(bench)
    bench.at = shop.clock.now()
    return await shop.open()


@pytest.mark.parametrize("heard", [True, False])
async def test_a_payer_who_pays_has_tickets(
    shop: YuanShop, bench: WechatBench, heard: bool
) -> None:
    order_id, view = await shop.asked()
    await shop.work(until=A_MINUTE)
    assert shop.payment_now(order_id).redirect_url == view.redirect_url
    await bench.approve(seen_by_payer(view, shop.payment_now(order_id)))
    if heard:
        await shop.hear()
    await shop.work(until=timedelta() if heard else A_MINUTE)
    assert shop.order_now(order_id).state is OrderState.CONFIRMED
    assert await bench.taken() == 1250


async def test_a_cancelled_order_cannot_be_paid(shop: YuanShop, bench: WechatBench) -> None:
    order_id, view = await shop.asked()
    seen = seen_by_payer(view, shop.payment_now(order_id))
    await shop.cancel(order_id)
    await shop.work(until=A_MINUTE)
    assert shop.payment_now(order_id).state is PaymentState.CANCELLED
    with pytest.raises(Refused, match="CLOSED"):
        await bench.approve(seen)
    assert await bench.taken() == 0
