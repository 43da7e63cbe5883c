"""WeChat Pay passes the exam of payment providers, by its code and by its page for phones."""

from collections.abc import AsyncIterator

import pytest

from tests.adapters.wechat.bench import WechatBench
from tests.contracts.payment_providers import PaymentsContract, RefundsContract


@pytest.fixture(params=["native", "h5"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[WechatBench]:
    async with WechatBench.served(request.param) as bench:
        yield bench


class TestPayments(PaymentsContract):
    pass


class TestRefunds(RefundsContract):
    pass
