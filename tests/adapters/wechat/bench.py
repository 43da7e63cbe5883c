"""WeChat Pay under test: the adapter, and an API that speaks as WeChat Pay's does."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Self

from starlette.types import Receive, Scope, Send

from domain.order.payment import Observation, PaymentState
from infrastructure.wechat.config import WechatConfig
from infrastructure.wechat.payments import WechatPayments
from tests.contracts.provider_bench import Bench, RefundCourse, Webhook
from tests.fakes.rsa_keys import private_pem, public_pem
from tests.fakes.serving import serving
from tests.fakes.wechat.api import APP_ID, MERCHANT_ID, PLATFORM, SERIAL, FakeWechat
from tests.fakes.wechat.sealing import API_V3_KEY


def config(api_base: str = "http://127.0.0.1:9") -> WechatConfig:
    return WechatConfig(
        app_id=APP_ID,
        merchant_id=MERCHANT_ID,
        serial=SERIAL,
        private_key=private_pem("merchant"),
        api_v3_key=API_V3_KEY,
        platform_keys={PLATFORM: public_pem("platform")},
        notify_url="https://shop.test/api/v1/payments/webhooks/wechat",
        api_base=api_base,
    )


class WechatBench(Bench):
    acting, approved, currency = "native", PaymentState.CAPTURED, "CNY"
    signature_header = "wechatpay-signature"
    announces_promises = keeps_answers = captures_less = False
    refund_courses = frozenset({RefundCourse.AT_ONCE, RefundCourse.PENDING, RefundCourse.FAILS})

    payments: WechatPayments
    url: str

    def __init__(self) -> None:
        self.renew()

    def renew(self, method: str = "native") -> None:
        """Nothing has happened yet."""
        self._course, self.acting = RefundCourse.AT_ONCE, method
        self.at = datetime(2030, 1, 1, tzinfo=UTC)
        self.fake = FakeWechat(self.now)

    @classmethod
    @asynccontextmanager
    async def served(cls) -> AsyncIterator[Self]:
        bench = cls()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await bench.fake.app(scope, receive, send)

        async with serving(app) as url:
            bench.url = url
            payments = WechatPayments(config(url), live=True, clock=bench.now)
            async with payments:
                bench.payments = payments
                yield bench

    def now(self) -> datetime:
        return self.at

    def pass_time(self, by: timedelta) -> None:
        self.at += by

    async def approve(self, seen: Observation) -> None:
        self.fake.pay(seen.reference)

    async def webhooks(self) -> Sequence[Webhook]:
        return [
            (body, {name.lower(): value for name, value in headers.items()})
            for body, headers in self.fake.notifications()
        ]

    async def refunds_will(self, course: RefundCourse) -> None:
        await super().refunds_will(course)
        self._course, self.fake.refunds_end_as = course, None

    async def refunds_end(self) -> None:
        status = "SUCCESS" if self._course is RefundCourse.PENDING else "ABNORMAL"
        for refund in self.fake.books.refunds.values():
            self.fake.end(refund, status)

    async def taken(self) -> int:
        return self.fake.books.taken()

    async def promised(self) -> int:
        return 0
