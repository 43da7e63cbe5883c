"""What Alipay tells us, and what others would like to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import pytest

from application.errors import WebhookInvalid
from application.ports.inbox import Topic
from shared.ids import PaymentId
from tests.adapters.alipay.bench import AlipayBench

Fields = dict[str, str]


async def told(bench: AlipayBench) -> tuple[PaymentId, Fields]:
    """The fields of a genuine notification, as they are before they are signed."""
    wanted, seen = await bench.ask()
    await bench.approve(seen)
    return wanted.payment_id, bench.fake.outbox[-1]


async def test_a_payment_is_announced(bench: AlipayBench) -> None:
    payment_id, fields = await told(bench)
    event = bench.payments.verify(bench.fake.form(fields), {})
    assert (event.provider, event.topic, event.type) == ("alipay", Topic.PAYMENT, "TRADE_SUCCESS")
    assert (event.payment_id, event.reference) == (payment_id, payment_id.hex)
    assert event.event_id == fields["notify_id"]
    assert event.occurred_at == datetime(2030, 1, 1, tzinfo=UTC) == bench.now()


async def test_a_refund_is_announced(bench: AlipayBench) -> None:
    asked = await bench.take()
    await bench.refund(asked, 250)
    event = bench.payments.verify((await bench.webhooks())[-1][0], {})
    assert (event.topic, event.type) == (Topic.REFUND, "refund.TRADE_SUCCESS")
    assert event.payment_id == asked.payment_id


async def test_what_is_repeated_is_the_same_event(bench: AlipayBench) -> None:
    _, fields = await told(bench)
    first = bench.payments.verify(bench.fake.form(fields), {})
    bench.pass_time(timedelta(hours=25))
    again = bench.payments.verify(bench.fake.form(fields), {})
    assert again.event_id == first.event_id
    late = {**fields, "notify_time": "2030-01-02 09:00:00"}
    assert bench.payments.verify(bench.fake.form(late), {}).event_id == first.event_id


def changed(**fields: str) -> Callable[[Fields], Fields]:
    return lambda genuine: {**genuine, **fields}


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param(changed(app_id="2021000000000002"), id="another app"),
        pytest.param(changed(seller_id="2088000000000002"), id="another seller"),
        pytest.param(changed(out_trade_no="20150320010101001"), id="no payment of ours"),
        pytest.param(changed(out_trade_no=""), id="no number"),
        pytest.param(changed(total_amount="12.505"), id="no amount"),
        pytest.param(changed(total_amount="-1.00"), id="a negative amount"),
        pytest.param(changed(total_amount="１.00"), id="digits of another script"),
        pytest.param(changed(notify_time="2030-01-01T08:00:00Z"), id="no time"),
        pytest.param(changed(notify_time="2030-01-01 08:06:00"), id="from the future"),
        pytest.param(changed(notify_id=""), id="no id"),
        pytest.param(changed(charset="gbk"), id="another charset"),
        pytest.param(lambda genuine: {"app_id": genuine["app_id"]}, id="nearly nothing"),
    ],
)
async def test_what_is_genuine_but_not_for_us(
    bench: AlipayBench, foreign: Callable[[Fields], Fields]
) -> None:
    _, fields = await told(bench)
    assert bench.payments.verify(bench.fake.form(fields), {}).event_id
    with pytest.raises(WebhookInvalid):
        bench.payments.verify(bench.fake.form(foreign(fields)), {})


async def test_forgeries(bench: AlipayBench) -> None:
    _, fields = await told(bench)
    pairs = parse_qsl(bench.fake.form(fields).decode())
    genuine = dict(pairs)
    forged = [
        bench.fake.form(fields, signer="stranger"),
        bench.fake.form(fields, signer="merchant"),
        *(
            urlencode({**genuine, name: value}).encode()
            for name, value in (
                ("trade_status", "TRADE_CLOSED"),
                ("out_trade_no", "0" * 32),
                ("total_amount", "0.01"),
                ("sign", ""),
                ("sign_type", "RSA"),
                ("more", "x"),
            )
        ),
        *(
            urlencode({each: genuine[each] for each in genuine if each != name}).encode()
            for name in ("sign", "sign_type", "subject", "notify_id")
        ),
        urlencode([*pairs, ("trade_status", "TRADE_CLOSED")]).encode(),
        urlencode([("out_trade_no", "0" * 32), *pairs]).encode(),
        urlencode([*pairs, *(("x", str(n)) for n in range(200))]).encode(),
        "ü".encode(),
        b"a",
    ]
    for body in forged:
        with pytest.raises(WebhookInvalid):
            bench.payments.verify(body, {})


def test_what_alipay_wants_to_hear(bench: AlipayBench) -> None:
    heard = bench.payments.acknowledgement
    assert (heard.body, heard.media_type) == (b"success", "text/plain")
