"""An answer that Alipay did not sign, or not to this question, is no answer."""

from dataclasses import replace

import pytest

from application.ports.payments import CallRefused, OutcomeUnknown
from domain.order.payment import PaymentState
from domain.order.refund import RefundState
from infrastructure.alipay.answers import Untrustworthy, read
from infrastructure.alipay.config import public_key
from infrastructure.alipay.payments import AlipayPayments
from shared.ids import RefundId
from tests.adapters.alipay.bench import AlipayBench, config
from tests.contracts.provider_bench import key
from tests.contracts.world import IDS
from tests.fakes.alipay.gateway import Fault
from tests.fakes.rsa_keys import public_pem, sign

METHOD = "alipay.trade.query"
NODE = '{"code":"10000","qr_code":"https:\\/\\/qr.alipay.com\\/x","msg":"} \\" {"}'
SIGN = sign("alipay", NODE.encode())
EMPTY = sign("alipay", b'""')
THEIRS = public_key(public_pem("alipay"))


def test_the_text_as_it_was_written_is_verified() -> None:
    for body in (
        f'{{"alipay_trade_query_response":{NODE},"sign":"{SIGN}"}}',
        f' {{ "sign" : "{SIGN}" , "x":"y", "alipay_trade_query_response" : {NODE} }}\n',
        f'{{"error_response":{NODE},"sign":"{SIGN}"}}',
    ):
        assert read(body.encode(), METHOD, THEIRS).text("qr_code") == "https://qr.alipay.com/x"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{}",
        "<html>",
        f'{{"alipay_trade_query_response":{NODE}}}',
        f'{{"alipay_trade_query_response":{NODE},"sign":null}}',
        f'{{"alipay_trade_query_response":{NODE},"sign":""}}',
        f'{{"alipay_trade_query_response":{NODE},"sign":"{SIGN[:-4]}"}}',
        f'{{"alipay_trade_query_response":{NODE[:-1]} }},"sign":"{SIGN}"}}',
        f'{{"alipay_trade_query_response":{NODE.replace("10000", "40004")},"sign":"{SIGN}"}}',
        f'{{"alipay_trade_close_response":{NODE},"sign":"{SIGN}"}}',
        f'{{"x":{{"alipay_trade_query_response":{NODE},"sign":"{SIGN}"}}}}',
        f'{{"error_response":{{}},"error_response":{NODE},"sign":"{SIGN}"}}',
        f'{{"alipay_trade_query_response":{NODE},"sign":"{SIGN}"}}{{}}',
        f'{{"alipay_trade_query_response":"","sign":"{EMPTY}"}}',
        f'{{"alipay_trade_query_response":{NODE},"sign":"{SIGN}"',
    ],
)
def test_everything_else_is_not(body: str) -> None:
    with pytest.raises(Untrustworthy):
        read(body.encode(), METHOD, THEIRS)


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_strange_answer_is_none(bench: AlipayBench, fault: Fault) -> None:
    asked = await bench.take()
    bench.fake.faults.append(fault)
    with pytest.raises(OutcomeUnknown):
        await bench.payments.find(asked)
    seen = await bench.payments.find(asked)
    assert seen is not None and seen.state is PaymentState.CAPTURED


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_refund_whose_answer_is_strange_happens_once(
    bench: AlipayBench, fault: Fault
) -> None:
    asked, id = await bench.take(), RefundId(IDS.uuid())
    bench.fake.faults.append(fault)
    with pytest.raises(OutcomeUnknown):
        await bench.payments.refund(asked, refund_id=id, amount=asked.amount, key=key("x"))
    had_effect = fault not in (Fault.NO_EFFECT, Fault.UNAVAILABLE)
    assert await bench.taken() == (0 if had_effect else 1250)
    seen = await bench.payments.refund(asked, refund_id=id, amount=asked.amount, key=key("x"))
    assert seen.state is RefundState.SUCCEEDED and await bench.taken() == 0


async def test_nobody_there(bench: AlipayBench) -> None:
    async with AlipayPayments(config(), live=False, clock=bench.now) as payments:
        with pytest.raises(OutcomeUnknown):
            await payments.find(bench.asked(bench.charge()))


async def test_a_gateway_that_does_not_know_us_is_not_believed(bench: AlipayBench) -> None:
    """Its refusals of the signature come unsigned, so they could be anybody's."""
    stranger = replace(config(bench.gateway), app_id="2021000000000002")
    async with AlipayPayments(stranger, live=False, clock=bench.now) as payments:
        with pytest.raises(OutcomeUnknown, match="isv.invalid-app-id"):
            await payments.find(bench.asked(bench.charge()))


async def test_foreign_references_are_refused(bench: AlipayBench) -> None:
    mine, other = await bench.take(), await bench.take()
    mine = replace(mine, reference=other.reference)
    with pytest.raises(CallRefused):
        await bench.refund(mine, 1)
    with pytest.raises(CallRefused):
        await bench.payments.cancel(mine, key=key("cancel"))
    assert await bench.taken() == 2500
