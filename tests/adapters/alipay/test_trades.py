"""Pages and codes that somebody may open later; and money that goes back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.payments import Asked, CallRefused
from domain.order.payment import Observation, PaymentState
from domain.order.refund import RefundState
from shared.ids import RefundId
from shared.money import Money
from tests.adapters.alipay.bench import AlipayBench
from tests.contracts.provider_bench import key
from tests.contracts.world import IDS
from tests.fakes.alipay.trades import BusinessError

HALF_AN_HOUR = timedelta(minutes=30)
SOON = timedelta(minutes=3)


async def asked(bench: AlipayBench, method: str) -> tuple[Asked, str]:
    """Half an hour to pay; and the way in."""
    wanted = replace(bench.charge(method), pay_until=bench.now() + HALF_AN_HOUR)
    seen = await bench.payments.authorize(wanted, key=key("authorize"))
    assert seen.redirect_url
    return bench.asked(wanted, seen), seen.redirect_url


async def state(bench: AlipayBench, asked: Asked) -> PaymentState:
    seen = await bench.payments.find(asked)
    assert seen is not None
    return seen.state


async def cancelled(bench: AlipayBench, asked: Asked) -> PaymentState:
    return (await bench.payments.cancel(asked, key=key("cancel"))).state


@pytest.mark.parametrize("method", ["page", "qr"])
async def test_what_nobody_opened_can_still_be_opened(bench: AlipayBench, method: str) -> None:
    mine, _ = await asked(bench, method)
    assert bench.fake.books.trades == {}
    assert await state(bench, mine) is PaymentState.REQUIRES_ACTION
    assert await cancelled(bench, mine) is PaymentState.REQUIRES_ACTION
    assert await bench.payments.find(replace(mine, reference=None)) is None
    bench.pass_time(HALF_AN_HOUR)
    assert await cancelled(bench, mine) is PaymentState.REQUIRES_ACTION
    bench.pass_time(SOON)
    assert await cancelled(bench, mine) is PaymentState.CANCELLED
    assert await state(bench, mine) is PaymentState.CANCELLED


@pytest.mark.parametrize("method", ["page", "qr"])
async def test_no_way_in_outlives_its_time(bench: AlipayBench, method: str) -> None:
    """What CANCELLED above relies on."""
    mine, url = await asked(bench, method)
    bench.pass_time(HALF_AN_HOUR)
    seen = await _open_again(bench, mine, url)
    if method == "page":
        answer = await bench.open(seen)
        assert answer is not None and answer.text == "ACQ.TRADE_HAS_CLOSE"
    else:
        with pytest.raises(BusinessError, match="TRADE_HAS_CLOSE"):
            await bench.open(seen)
    assert bench.fake.books.trades == {}


async def test_money_that_comes_after_asking_to_cancel_is_seen(bench: AlipayBench) -> None:
    mine, url = await asked(bench, "page")
    assert await cancelled(bench, mine) is PaymentState.REQUIRES_ACTION
    await bench.approve(await _open_again(bench, mine, url))
    assert await cancelled(bench, mine) is PaymentState.CAPTURED
    assert (await bench.refund(mine, 1250)).state is RefundState.SUCCEEDED
    assert await bench.taken() == 0


async def test_an_open_trade_is_closed(bench: AlipayBench) -> None:
    mine, url = await asked(bench, "page")
    await bench.open(await _open_again(bench, mine, url))
    assert await state(bench, mine) is PaymentState.REQUIRES_ACTION
    assert await cancelled(bench, mine) is PaymentState.CANCELLED
    assert await cancelled(bench, mine) is PaymentState.CANCELLED
    assert mine.reference is not None
    assert bench.fake.books.trades[mine.reference].status == "TRADE_CLOSED"


async def test_a_trade_closes_by_itself(bench: AlipayBench) -> None:
    mine, url = await asked(bench, "page")
    await bench.open(await _open_again(bench, mine, url))
    bench.pass_time(HALF_AN_HOUR)
    assert await state(bench, mine) is PaymentState.CANCELLED


async def test_a_code_of_a_paid_trade_is_not_asked_for_again(bench: AlipayBench) -> None:
    wanted, seen = await bench.ask("qr")
    await bench.approve(seen)
    again = await bench.payments.authorize(wanted, key=key("authorize"))
    assert again.state is PaymentState.CAPTURED and await bench.taken() == 1250


async def test_what_was_given_back_was_taken(bench: AlipayBench) -> None:
    """Alipay closes a trade of which all is given back; it was paid all the same."""
    mine = await bench.take()
    await bench.refund(mine, 1250)
    assert mine.reference is not None
    assert bench.fake.books.trades[mine.reference].status == "TRADE_CLOSED"
    assert await state(bench, mine) is PaymentState.CAPTURED


@pytest.mark.parametrize("amount", [Money(1250, "EUR"), Money(1250, "JPY"), Money(0, "CNY")])
@pytest.mark.parametrize("method", ["page", "qr"])
async def test_yuan_only(bench: AlipayBench, method: str, amount: Money) -> None:
    with pytest.raises(CallRefused):
        await bench.payments.authorize(
            replace(bench.charge(method), amount=amount), key=key("authorize")
        )
    assert bench.fake.calls == []


async def test_another_amount_is_seen(bench: AlipayBench) -> None:
    """The process compares it with ours before it believes in the payment."""
    wanted, seen = await bench.ask()
    await bench.open(seen)
    bench.fake.books.trades[seen.reference].total /= 100
    bench.fake.pay(seen.reference)
    found = await bench.payments.find(bench.asked(wanted, seen))
    assert found is not None and found.amount == Money(12, "CNY")


@pytest.mark.parametrize("why", ["SELLER_BALANCE_NOT_ENOUGH", "TRADE_HAS_FINISHED"])
async def test_a_refund_that_is_refused(bench: AlipayBench, why: str) -> None:
    mine, bench.fake.refused = await bench.take(), why
    seen = await bench.refund(mine, 100)
    assert (seen.state, seen.failure) == (RefundState.FAILED, why.lower())
    assert await bench.taken() == 1250


async def test_a_success_that_moved_no_money_is_none_yet(bench: AlipayBench) -> None:
    mine, id = await bench.take(), RefundId(IDS.uuid())
    bench.fake.hesitates = True
    assert (await bench.refund(mine, 100, id=id)).state is RefundState.PENDING
    assert await bench.payments.find_refund(mine, refund_id=id, reference=id.hex) is None
    bench.fake.hesitates = False
    assert (await bench.refund(mine, 100, id=id)).state is RefundState.SUCCEEDED
    assert await bench.taken() == 1150


async def test_subjects_are_what_alipay_takes(bench: AlipayBench) -> None:
    wanted = replace(bench.charge("qr"), description="Rock & Roll/A=B\n" + "演" * 300)
    seen = await bench.payments.authorize(wanted, key=key("authorize"))
    assert seen.state is PaymentState.REQUIRES_ACTION


async def _open_again(bench: AlipayBench, mine: Asked, url: str) -> Observation:
    seen = await bench.payments.find(mine)
    assert seen is not None
    return replace(seen, redirect_url=url)
