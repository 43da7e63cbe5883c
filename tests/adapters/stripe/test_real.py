"""Stripe itself sits the exam: collected only where the environment names a key for tests.

Its books hold more than these tests put there, so only their own payments are counted.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from application.ports.payments import Charge, MovementKind
from domain.order.payment import Observation, PaymentState
from infrastructure.stripe.client import API_VERSION
from infrastructure.stripe.keys import is_live
from infrastructure.stripe.payments import StripePayments
from tests.adapters.stripe.real import REAL_KEY
from tests.contracts.payment_providers import PaymentsContract, RefundsContract
from tests.contracts.provider_bench import Bench, Webhook
from tests.fakes.stripe.webhooks import HEADER, signed

SECRET = "whsec_known_to_nobody_else"
API_BASE = os.environ.get("STRIPE_TEST_API_BASE", "https://api.stripe.com")
"""Another address is for who writes these tests and has no account."""


class RealBench(Bench):
    """Buyers pay with the card that always works. Events are fetched, and signed by us."""

    acting = "card"
    signature_header = HEADER
    announces_promises = False

    def __init__(self, http: httpx2.AsyncClient, payments: StripePayments) -> None:
        self.http = http
        self.payments = payments
        self.began = int(datetime.now(UTC).timestamp()) - 5
        self.ahead = timedelta()
        self.ours: set[str] = set()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def pass_time(self, by: timedelta) -> None:
        self.ahead += by

    def charge(self, method: str | None = None, amount: int = 1250) -> Charge:
        wanted = super().charge(method, amount)
        self.ours.add(str(wanted.payment_id))
        return wanted

    async def approve(self, seen: Observation) -> None:
        answer = await self.http.post(
            f"/v1/payment_intents/{seen.reference}/confirm",
            data={"payment_method": "pm_card_visa", "return_url": "https://shop.test/"},
        )
        assert answer.is_success, answer.text

    async def intents(self) -> list[dict[str, Any]]:
        found = await self._list("payment_intents", **{"expand[]": "data.latest_charge"})
        return [each for each in found if each["metadata"].get("payment_id") in self.ours]

    async def webhooks(self) -> Sequence[Webhook]:
        references = {each["id"] for each in await self.intents()}
        events = await self._list("events")
        told = [
            each
            for each in events
            if {each["data"]["object"].get(name) for name in ("id", "payment_intent")} & references
            and each["type"] != "payment_intent.created"
        ]
        return [signed(each, [SECRET], at=self.now()) for each in told[::-1]]

    async def taken(self) -> int:
        charges = [each["latest_charge"] or {} for each in await self.intents()]
        return sum(
            each.get("amount_captured", 0) - each.get("amount_refunded", 0) for each in charges
        )

    async def promised(self) -> int:
        return sum(each["amount_capturable"] for each in await self.intents())

    async def _list(self, kind: str, **params: str) -> list[dict[str, Any]]:
        answer = await self.http.get(
            f"/v1/{kind}", params={"created[gte]": str(self.began), "limit": "100", **params}
        )
        assert answer.is_success, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]
        return found


class OnStripe:
    @pytest.fixture
    async def bench(self) -> AsyncIterator[RealBench]:
        api_key = os.environ[REAL_KEY]
        assert not is_live(api_key), f"{REAL_KEY} must be a key for tests"
        headers = {"authorization": f"Bearer {api_key}", "stripe-version": API_VERSION}
        clock: list[RealBench] = []
        async with (
            httpx2.AsyncClient(base_url=API_BASE, headers=headers) as http,
            StripePayments(
                api_key=api_key,
                webhook_secrets=[SECRET],
                api_base=API_BASE,
                live=False,
                return_url="https://shop.test/",
                clock=lambda: clock[0].now(),
            ) as payments,
        ):
            bench = RealBench(http, payments)
            clock.append(bench)
            yield bench


class TestPayments(OnStripe, PaymentsContract):
    async def test_a_payment_is_found_by_our_id_alone(self, bench: Bench) -> None:
        """Search lags behind by a minute or so."""
        asked = await bench.take()
        for _ in range(60):
            seen = await bench.payments.find(replace(asked, reference=None))
            if seen is not None:
                break
            await asyncio.sleep(2)
        assert seen is not None
        assert (seen.reference, seen.state) == (asked.reference, PaymentState.CAPTURED)

    async def test_missed_events_can_be_fetched(self, bench: Bench) -> None:
        """Whether any are there depends on the account's endpoints."""
        since = bench.now() - timedelta(hours=1)
        events = await bench.payments.missed_events(since=since)
        assert all(event.occurred_at >= since - timedelta(seconds=1) for event in events)


class TestRefunds(OnStripe, RefundsContract):
    async def movements_agree(self, bench: Bench) -> None:
        """The sum is the account's; what is ours in it is looked at by itself."""
        assert isinstance(bench, RealBench)
        references = {each["id"] for each in await bench.intents()}
        now = bench.now()
        moved = await bench.payments.movements(since=now - timedelta(hours=1), until=now)
        assert moved is not None
        ours = [each for each in moved if each.reference in references]
        came = sum(m.amount.amount for m in ours if m.kind is MovementKind.CHARGE)
        went = sum(m.amount.amount for m in ours if m.kind is MovementKind.REFUND)
        assert came - went == await bench.taken()
