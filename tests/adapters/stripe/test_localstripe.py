"""A server like Stripe that others wrote, in a process of its own: as far as it goes.

It knows neither idempotency keys nor searches nor pages, and not all parameters and fields.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import httpx2
import pytest

from application.errors import WebhookInvalid
from domain.order.payment import PaymentState
from domain.order.refund import RefundState
from infrastructure.stripe.http import HttpClient
from infrastructure.stripe.payments import StripePayments, utc_now
from shared.ids import RefundId
from tests.adapters.simulated.receiver import Receiver, receiving
from tests.adapters.stripe.bench import SECRETS, StripeBench
from tests.contracts.provider_bench import key
from tests.contracts.world import IDS

UNKNOWN = ("description", "allowed_payment_method_types")


@pytest.fixture
async def localstripe() -> AsyncIterator[httpx2.AsyncClient]:
    launcher = Path(__file__).with_name("loopback.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(launcher),
        "localstripe",
        "--port",
        "0",
        "--from-scratch",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        async with httpx2.AsyncClient(
            base_url=f"http://[::1]:{port}",
            headers={"authorization": "Bearer sk_test_1"},
            timeout=60,
            trust_env=False,
        ) as client:
            async with asyncio.timeout(60):
                while not await _is_up(client):
                    assert process.returncode is None
                    await asyncio.sleep(0.05)
            yield client
    finally:
        process.kill()
        await process.communicate()


async def _is_up(client: httpx2.AsyncClient) -> bool:
    try:
        return (await client.get("/v1/events")).is_success
    except httpx2.HTTPError:
        return False


@pytest.fixture
def its_dialect(monkeypatch: pytest.MonkeyPatch) -> None:
    request = HttpClient.request_async

    async def trimmed(
        self: HttpClient,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: str | None = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        kept = [pair for pair in parse_qsl(post_data or "") if not pair[0].startswith(UNKNOWN)]
        data = urlencode(kept) if post_data else None
        body, status, answered = await request(self, method, url, headers, data)
        answer = json.loads(body)
        if answer.get("object") == "payment_intent" and answer["status"] == "succeeded":
            answer.setdefault("amount_received", answer["amount"])
        return json.dumps(answer).encode(), status, answered

    monkeypatch.setattr(HttpClient, "request_async", trimmed)


async def _pay(localstripe: httpx2.AsyncClient, reference: str) -> None:
    """With the card that always works."""
    answers = [
        await localstripe.post(
            f"/v1/payment_intents/{reference}", data={"payment_method": "pm_card_visa"}
        ),
        await localstripe.post(f"/v1/payment_intents/{reference}/confirm"),
    ]
    assert all(answer.is_success for answer in answers), [each.text for each in answers]


async def _arrival(receiver: Receiver) -> tuple[bytes, dict[str, str]]:
    async with asyncio.timeout(60):
        while not receiver.received:
            await asyncio.sleep(0.05)
    return receiver.received[0]


@pytest.mark.usefixtures("its_dialect")
async def test_a_purchase(stripe: StripeBench, localstripe: httpx2.AsyncClient) -> None:
    async with (
        StripePayments(
            api_key="sk_test_1",
            webhook_secrets=SECRETS,
            api_base=str(localstripe.base_url),
            live=False,
            return_url="https://shop.test/",
        ) as payments,
        receiving() as receiver,
    ):
        registered = await localstripe.post(
            "/_config/webhooks/ours",
            json={
                "url": receiver.url,
                "secret": SECRETS[0],
                "events": ["payment_intent.succeeded"],
            },
        )
        assert registered.is_success
        wanted = stripe.charge("card")
        first = await payments.authorize(wanted, key=key("authorize"))
        assert first.state is PaymentState.REQUIRES_ACTION and first.client_secret
        await _pay(localstripe, first.reference)
        asked = stripe.asked(wanted, first)
        seen = await payments.find(asked)
        assert seen is not None and seen.state is PaymentState.AUTHORIZED
        assert (seen.amount, seen.payment_id, seen.live) == (
            wanted.amount,
            wanted.payment_id,
            False,
        )
        taken = await payments.capture(asked, amount=wanted.amount, key=key("capture"))
        assert taken.state is PaymentState.CAPTURED and taken.amount == wanted.amount
        id = RefundId(IDS.uuid())
        back = await payments.refund(asked, refund_id=id, amount=stripe.money(400), key=key("back"))
        assert back.state is RefundState.SUCCEEDED
        for reference in (None, back.reference):
            assert await payments.find_refund(asked, refund_id=id, reference=reference) == back

        other = stripe.charge("card")
        unpaid = await payments.authorize(other, key=key("authorize"))
        gone = await payments.cancel(stripe.asked(other, unpaid), key=key("cancel"))
        assert gone.state is PaymentState.CANCELLED
        still = await payments.cancel(asked, key=key("cancel"))
        assert still.state is PaymentState.CAPTURED

        body, headers = await _arrival(receiver)
        event = payments.verify(body, headers)
        assert (event.type, event.reference) == ("payment_intent.succeeded", first.reference)
        assert event.payment_id == wanted.payment_id
        assert abs(event.occurred_at - utc_now()) < timedelta(minutes=1)
        with pytest.raises(WebhookInvalid):
            payments.verify(body + b" ", headers)
