"""What WeChat Pay tells us, and what others would like to."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from application.errors import WebhookInvalid
from application.ports.inbox import ProviderEvent, Topic
from tests.adapters.wechat.bench import WechatBench

Told = dict[str, object]


async def told(bench: WechatBench) -> Told:
    await bench.take()
    return dict(bench.fake.outbox[-1][1])


def verify(bench: WechatBench, body: bytes, headers: dict[str, str]) -> ProviderEvent:
    return bench.payments.verify(body, {name.lower(): value for name, value in headers.items()})


async def test_a_payment_is_announced(bench: WechatBench) -> None:
    asked = await bench.take()
    event = verify(bench, *bench.fake.notifications()[0])
    assert (event.provider, event.topic) == ("wechat", Topic.PAYMENT)
    assert (event.type, event.event_id) == ("TRANSACTION.SUCCESS", "EV-2018022511223300000")
    assert (event.payment_id, event.reference) == (asked.payment_id, asked.reference)
    assert event.occurred_at == bench.now()


@pytest.mark.parametrize("status", ["SUCCESS", "ABNORMAL", "CLOSED"])
async def test_a_refund_is_announced(bench: WechatBench, status: str) -> None:
    asked, bench.fake.refunds_end_as = await bench.take(), status
    await bench.refund(asked, 250)
    event = verify(bench, *bench.fake.notifications()[-1])
    assert (event.topic, event.type) == (Topic.REFUND, f"REFUND.{status}")
    assert event.payment_id == asked.payment_id


async def test_what_is_repeated_is_the_same_event(bench: WechatBench) -> None:
    await bench.take()
    first = verify(bench, *bench.fake.notifications()[0])
    bench.pass_time(timedelta(hours=24))
    assert verify(bench, *bench.fake.notifications()[0]).event_id == first.event_id


def changed(**members: object) -> Callable[[Told], Told]:
    return lambda genuine: {**genuine, **members}


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param(changed(mchid="1900000110"), id="another merchant"),
        pytest.param(changed(appid="wx0000000000000000"), id="another app"),
        pytest.param(changed(out_trade_no="20150320010101001"), id="no payment of ours"),
        pytest.param(changed(out_trade_no=None), id="no number"),
        pytest.param(lambda genuine: {}, id="nothing"),
    ],
)
async def test_what_is_genuine_but_not_for_us(
    bench: WechatBench, foreign: Callable[[Told], Told]
) -> None:
    mine = await told(bench)
    good = bench.fake.notification(1, "TRANSACTION.SUCCESS", mine)
    assert verify(bench, *good).event_id
    with pytest.raises(WebhookInvalid):
        verify(bench, *bench.fake.notification(1, "TRANSACTION.SUCCESS", foreign(mine)))


async def test_a_refund_of_another_merchant(bench: WechatBench) -> None:
    asked = await bench.take()
    await bench.refund(asked, 250)
    kind, mine = bench.fake.outbox[-1]
    with pytest.raises(WebhookInvalid):
        verify(bench, *bench.fake.notification(1, kind, {**mine, "mchid": "1900000110"}))


@pytest.mark.parametrize("signer", ["stranger", "merchant"])
async def test_forgeries(bench: WechatBench, signer: str) -> None:
    mine = await told(bench)
    with pytest.raises(WebhookInvalid):
        verify(bench, *bench.fake.notification(1, "TRANSACTION.SUCCESS", mine, signer=signer))


async def test_what_was_sealed_with_another_key(bench: WechatBench) -> None:
    mine = await told(bench)
    with pytest.raises(WebhookInvalid):
        verify(bench, *bench.fake.notification(1, "REFUND.SUCCESS", mine, sealed_with="x" * 32))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ciphertext", None),
        ("ciphertext", ""),
        ("ciphertext", "ü"),
        ("ciphertext", "QUJD"),
        ("nonce", "fdasflkja485"),
        ("nonce", ""),
        ("nonce", 1),
        ("associated_data", "refund"),
        ("algorithm", "AEAD_SM4_GCM"),
    ],
)
async def test_what_is_signed_and_does_not_open(
    bench: WechatBench, name: str, value: object
) -> None:
    """Signed as it is, so that only the seal can tell."""
    body, _ = bench.fake.notification(1, "TRANSACTION.SUCCESS", await told(bench))
    event = json.loads(body)
    sealed = event["resource"]["ciphertext"]
    event["resource"][name] = ("B" if sealed[0] == "A" else "A") + sealed[1:]
    if value is not None:
        event["resource"] = {**event["resource"], "ciphertext": sealed, name: value}
    changed = json.dumps(event).encode()
    with pytest.raises(WebhookInvalid):
        verify(bench, changed, bench.fake.signed(changed))


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"\xff", b"{}", b'{"id":"a","event_type":"b","create_time":"x"}'],
)
async def test_what_is_signed_and_says_nothing(bench: WechatBench, body: bytes) -> None:
    with pytest.raises(WebhookInvalid):
        verify(bench, body, bench.fake.signed(body))


@pytest.mark.parametrize(
    ("name", "value"),
    [("id", ""), ("id", 7), ("event_type", None), ("create_time", "2030-01-01T08:00:00")],
)
async def test_strange_events(bench: WechatBench, name: str, value: object) -> None:
    body, _ = bench.fake.notification(1, "TRANSACTION.SUCCESS", await told(bench))
    changed = json.dumps({**json.loads(body), name: value}).encode()
    with pytest.raises(WebhookInvalid):
        verify(bench, changed, bench.fake.signed(changed))


def test_what_wechat_wants_to_hear(bench: WechatBench) -> None:
    heard = bench.payments.acknowledgement
    assert json.loads(heard.body)["code"] == "SUCCESS"
    assert heard.media_type == "application/json"
