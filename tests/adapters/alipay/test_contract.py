"""Alipay passes the exam of payment providers, by its page and by its code."""

from collections.abc import AsyncIterator

import pytest

from tests.adapters.alipay.bench import AlipayBench
from tests.contracts.payment_providers import PaymentsContract, RefundsContract


@pytest.fixture(params=["page", "qr"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[AlipayBench]:
    async with AlipayBench.served(request.param) as bench:
        yield bench


class TestPayments(PaymentsContract):
    pass


class TestRefunds(RefundsContract):
    pass
