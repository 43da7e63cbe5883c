"""Orders that are paid, closed, and asked for again; and money that goes back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.payments import Asked, CallRefused, OutcomeUnknown
from domain.order.payment import Observation, PaymentState
from domain.order.refund import RefundState
from shared.money import Money
from tests.adapters.wechat.bench import WechatBench
from tests.contracts.provider_bench import key
from tests.fakes.wechat.books import Refused


async def test_a_close_that_closed_nothing_is_not_believed(bench: WechatBench) -> None:
    """WeChat Pay answers 204 for numbers that it does not know, too."""
    with pytest.raises(CallRefused, match="ORDER_NOT_EXIST"):
        await bench.payments.cancel(bench.asked(bench.charge()), key=key("cancel"))
    assert "/close" in bench.fake.calls[-2]


async def test_a_payer_at_the_password_is_waited_for(bench: WechatBench) -> None:
    wanted = bench.charge()
    seen = await bench.payments.authorize(wanted, key=key("authorize"))
    asked = bench.asked(wanted, seen)
    bench.fake.books.orders[seen.reference].state = "USERPAYING"
    after = await bench.payments.cancel(asked, key=key("cancel"))
    assert after.state is PaymentState.PROCESSING
    await bench.approve(seen)
    after = await bench.payments.cancel(asked, key=key("cancel"))
    assert after.state is PaymentState.CAPTURED


async def test_a_closed_order_is_not_opened_again(bench: WechatBench) -> None:
    wanted = bench.charge()
    seen = await bench.payments.authorize(wanted, key=key("authorize"))
    for _ in range(2):
        after = await bench.payments.cancel(bench.asked(wanted, seen), key=key("cancel"))
        assert after.state is PaymentState.CANCELLED
    again = await bench.payments.authorize(wanted, key=key("authorize"))
    assert again.state is PaymentState.CANCELLED
    with pytest.raises(Refused):
        await bench.approve(seen)


async def test_a_paid_order_is_not_asked_for_again(bench: WechatBench) -> None:
    wanted = bench.charge()
    await bench.approve(await bench.payments.authorize(wanted, key=key("authorize")))
    again = await bench.payments.authorize(wanted, key=key("authorize"))
    assert again.state is PaymentState.CAPTURED and await bench.taken() == 1250


async def test_an_order_whose_time_was_changed_stands(bench: WechatBench) -> None:
    """WeChat Pay takes the time of the first call only."""
    wanted = bench.charge()
    await bench.payments.authorize(wanted, key=key("authorize"))
    later = replace(wanted, pay_until=wanted.pay_until + timedelta(minutes=1))
    seen = await bench.payments.authorize(later, key=key("authorize"))
    assert seen.state is PaymentState.REQUIRES_ACTION
    assert seen.amount == wanted.amount and len(bench.fake.books.orders) == 1


@pytest.mark.parametrize("amount", [Money(1250, "EUR"), Money(1250, "HKD"), Money(0, "CNY")])
async def test_yuan_only(bench: WechatBench, amount: Money) -> None:
    with pytest.raises(CallRefused):
        await bench.payments.authorize(replace(bench.charge(), amount=amount), key=key("authorize"))
    assert bench.fake.calls == []


async def test_a_phones_page_needs_its_payers_address(bench: WechatBench) -> None:
    """A repetition in the background does not have it any more."""
    wanted = bench.charge("h5")
    nameless = replace(wanted, payer_address=None)
    seen = await bench.payments.authorize(nameless, key=key("authorize"))
    assert (seen.state, seen.failure) == (PaymentState.FAILED, "payer_address_unknown")
    assert bench.fake.books.orders == {}
    first = await bench.payments.authorize(wanted, key=key("authorize"))
    assert first.redirect_url and first.redirect_url.startswith("https://wx.tenpay.com/")
    seen = await bench.payments.authorize(nameless, key=key("authorize"))
    assert seen.state is PaymentState.REQUIRES_ACTION


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("ACCEPT", PaymentState.PROCESSING),
        ("REVOKED", PaymentState.CANCELLED),
        ("PAYERROR", PaymentState.FAILED),
        ("REFUND", PaymentState.CAPTURED),
    ],
)
async def test_states(bench: WechatBench, state: str, expected: PaymentState) -> None:
    wanted, seen = await _asked(bench)
    bench.fake.books.orders[seen.reference].state = state
    found = await bench.payments.find(wanted)
    assert found is not None and found.state is expected
    assert (found.failure is not None) == (expected is PaymentState.FAILED)


async def test_an_unheard_of_state_is_not_guessed_at(bench: WechatBench) -> None:
    wanted, seen = await _asked(bench)
    bench.fake.books.orders[seen.reference].state = "SOMETHING_NEW"
    with pytest.raises(OutcomeUnknown, match="SOMETHING_NEW"):
        await bench.payments.find(wanted)


async def test_a_paid_order_that_reads_as_closed_was_paid(bench: WechatBench) -> None:
    asked = await bench.take()
    assert asked.reference is not None
    bench.fake.books.orders[asked.reference].state = "CLOSED"
    found = await bench.payments.find(asked)
    assert found is not None and found.state is PaymentState.CAPTURED


async def test_another_amount_is_seen(bench: WechatBench) -> None:
    """The process compares it with ours before it believes in the payment."""
    asked = await bench.take()
    assert asked.reference is not None
    bench.fake.books.orders[asked.reference].total = 1
    found = await bench.payments.find(asked)
    assert found is not None and found.amount == Money(1, "CNY")


@pytest.mark.parametrize("why", ["NOT_ENOUGH", "USER_ACCOUNT_ABNORMAL"])
async def test_a_refund_that_is_refused(bench: WechatBench, why: str) -> None:
    asked, bench.fake.refused = await bench.take(), Refused(403, why)
    seen = await bench.refund(asked, 100)
    assert (seen.state, seen.failure) == (RefundState.FAILED, why.lower())
    assert await bench.taken() == 1250


async def test_a_mistake_of_ours_is_no_failed_refund(bench: WechatBench) -> None:
    asked, bench.fake.refused = await bench.take(), Refused(403, "NO_AUTH")
    with pytest.raises(CallRefused, match="NO_AUTH"):
        await bench.refund(asked, 100)


async def test_refunds_may_not_know_a_paid_order_for_a_while(bench: WechatBench) -> None:
    asked, bench.fake.refused = await bench.take(), Refused(404, "RESOURCE_NOT_EXISTS")
    with pytest.raises(OutcomeUnknown):
        await bench.refund(asked, 100)
    bench.fake.refused = None
    assert (await bench.refund(asked, 100)).state is RefundState.SUCCEEDED


async def test_a_closed_refund_has_failed(bench: WechatBench) -> None:
    asked, bench.fake.refunds_end_as = await bench.take(), "CLOSED"
    seen = await bench.refund(asked, 100)
    assert (seen.state, seen.failure) == (RefundState.FAILED, "closed")


async def _asked(bench: WechatBench) -> tuple[Asked, Observation]:
    wanted = bench.charge()
    seen = await bench.payments.authorize(wanted, key=key("authorize"))
    return bench.asked(wanted, seen), seen
