"""Alipay under test: the adapter, and a gateway that speaks as Alipay's does."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Self
from urllib.parse import parse_qs, urlsplit

import httpx2
from starlette.types import Receive, Scope, Send

from application.ports.payments import Charge
from domain.order.payment import Observation, PaymentState
from infrastructure.alipay.config import AlipayConfig
from infrastructure.alipay.notification import TOLERANCE
from infrastructure.alipay.payments import AlipayPayments
from tests.contracts.provider_bench import Bench, Webhook, key
from tests.fakes.alipay.gateway import APP_ID, SELLER_ID, FakeAlipay
from tests.fakes.rsa_keys import private_pem, public_pem
from tests.fakes.serving import serving


def config(gateway: str = "http://127.0.0.1:9/gateway.do") -> AlipayConfig:
    return AlipayConfig(
        app_id=APP_ID,
        private_key=private_pem("merchant"),
        alipay_public_key=public_pem("alipay"),
        seller_id=SELLER_ID,
        notify_url="https://shop.test/api/v1/payments/webhooks/alipay",
        gateway=gateway,
    )


class AlipayBench(Bench):
    acting, approved, currency = "page", PaymentState.CAPTURED, "CNY"
    tolerance = TOLERANCE
    announces_promises = keeps_answers = checks_content = captures_less = False
    cancels_questions = False  # a page that nobody opened stays open until its time is over

    payments: AlipayPayments
    gateway: str

    def __init__(self) -> None:
        self.renew()

    def renew(self, method: str = "page") -> None:
        """Nothing has happened yet."""
        self.acting = method
        self.at = datetime(2030, 1, 1, tzinfo=UTC)
        self.fake = FakeAlipay(self.now)

    @classmethod
    @asynccontextmanager
    async def served(cls) -> AsyncIterator[Self]:
        bench = cls()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await bench.fake.app(scope, receive, send)

        async with serving(app) as url:
            bench.gateway = f"{url}/gateway.do"
            payments = AlipayPayments(config(bench.gateway), live=True, clock=bench.now)
            async with payments:
                bench.payments = payments
                yield bench

    def now(self) -> datetime:
        return self.at

    def pass_time(self, by: timedelta) -> None:
        self.at += by

    async def ask(self, method: str | None = None) -> tuple[Charge, Observation]:
        wanted = self.charge(method or self.acting)
        return wanted, await self.payments.authorize(wanted, key=key("authorize"))

    async def open(self, seen: Observation) -> httpx2.Response | None:
        """The payer opens the page, or scans the code; the trade exists from now on."""
        url = seen.redirect_url
        assert url is not None
        if "page.pay" not in url:
            self.fake.scan(url)
            return None
        (method,) = parse_qs(urlsplit(url).query)["method"]
        assert method == "alipay.trade.page.pay"
        async with httpx2.AsyncClient(trust_env=False) as browser:
            return await browser.get(url)

    async def approve(self, seen: Observation) -> None:
        await self.open(seen)
        self.fake.pay(seen.reference)

    async def webhooks(self) -> Sequence[Webhook]:
        return [(body, {}) for body in self.fake.notifications()]

    async def taken(self) -> int:
        return int(self.fake.books.taken() * 100)

    async def promised(self) -> int:
        return 0
