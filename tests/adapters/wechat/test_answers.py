"""An answer that WeChat Pay did not sign, or not to this question, is no answer."""

from dataclasses import replace

import pytest

from application.ports.payments import CallRefused, OutcomeUnknown
from domain.order.payment import PaymentState
from domain.order.refund import RefundState
from infrastructure.wechat.payments import WechatPayments
from shared.ids import RefundId
from tests.adapters.wechat.bench import WechatBench, config
from tests.contracts.provider_bench import key
from tests.contracts.world import IDS
from tests.fakes.rsa_keys import public_pem
from tests.fakes.wechat.api import PLATFORM, Fault

ABOUT_OTHERS = (Fault.OTHER_ORDER, Fault.OTHER_REFUND)
WITHOUT_EFFECT = (Fault.NO_EFFECT, Fault.TOO_OFTEN)


@pytest.mark.parametrize("fault", [each for each in Fault if each not in ABOUT_OTHERS])
async def test_an_order_whose_answer_is_strange_is_one(bench: WechatBench, fault: Fault) -> None:
    wanted, first = bench.charge(), key("authorize")
    bench.fake.faults.append(fault)
    with pytest.raises(OutcomeUnknown):
        await bench.payments.authorize(wanted, key=first)
    assert len(bench.fake.books.orders) == (fault not in WITHOUT_EFFECT)
    seen = await bench.payments.authorize(wanted, key=first)
    assert seen.state is PaymentState.REQUIRES_ACTION and seen.redirect_url
    assert len(bench.fake.books.orders) == 1


@pytest.mark.parametrize("fault", [each for each in Fault if each is not Fault.OTHER_REFUND])
async def test_a_strange_answer_is_none(bench: WechatBench, fault: Fault) -> None:
    asked = await bench.take()
    bench.fake.faults.append(fault)
    with pytest.raises(OutcomeUnknown):
        await bench.payments.find(asked)
    seen = await bench.payments.find(asked)
    assert seen is not None and seen.state is PaymentState.CAPTURED


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_refund_whose_answer_is_strange_happens_once(
    bench: WechatBench, fault: Fault
) -> None:
    asked, id = await bench.take(), RefundId(IDS.uuid())
    bench.fake.faults.append(fault)
    with pytest.raises(OutcomeUnknown):
        await bench.refund(asked, 1250, id=id)
    assert await bench.taken() == (1250 if fault in WITHOUT_EFFECT else 0)
    assert (await bench.refund(asked, 1250, id=id)).state is RefundState.SUCCEEDED
    assert await bench.taken() == 0


async def test_nobody_there(bench: WechatBench) -> None:
    async with WechatPayments(config(), live=True, clock=bench.now) as payments:
        with pytest.raises(OutcomeUnknown):
            await payments.find(bench.asked(bench.charge()))


async def test_an_api_that_does_not_know_us_is_not_believed(bench: WechatBench) -> None:
    stranger = replace(config(bench.url), merchant_id="1900000110")
    async with WechatPayments(stranger, live=True, clock=bench.now) as payments:
        with pytest.raises(OutcomeUnknown, match="401 without a valid signature"):
            await payments.find(bench.asked(bench.charge()))


async def test_another_apps_order_is_not_ours(bench: WechatBench) -> None:
    asked = await bench.take()
    other = replace(config(bench.url), app_id="wx0000000000000000")
    async with WechatPayments(other, live=True, clock=bench.now) as payments:
        with pytest.raises(OutcomeUnknown, match="another order"):
            await payments.find(asked)


async def test_keys_change(bench: WechatBench) -> None:
    """For a while there are two, and answers come signed with either."""
    keys = {"PUB_KEY_ID_NEXT": public_pem("stranger"), PLATFORM: public_pem("platform")}
    asked = await bench.take()
    both = replace(config(bench.url), platform_keys=keys)
    async with WechatPayments(both, live=True, clock=bench.now) as payments:
        assert await payments.find(asked)
        body, headers = (await bench.webhooks())[0]
        assert payments.verify(body, headers).payment_id == asked.payment_id


async def test_foreign_references_are_refused(bench: WechatBench) -> None:
    mine, other = await bench.take(), await bench.take()
    mine = replace(mine, reference=other.reference)
    with pytest.raises(CallRefused):
        await bench.refund(mine, 1)
    with pytest.raises(CallRefused):
        await bench.payments.cancel(mine, key=key("cancel"))
    assert await bench.taken() == 2500
