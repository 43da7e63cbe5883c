"""Alipay passes the exam of payment providers, by its page and by its code."""

import pytest

from tests.adapters.alipay.bench import AlipayBench
from tests.contracts.payment_providers import PaymentsContract, RefundsContract


@pytest.fixture(params=["page", "qr"])
def bench(alipay_bench: AlipayBench, request: pytest.FixtureRequest) -> AlipayBench:
    alipay_bench.renew(request.param)
    return alipay_bench


class TestPayments(PaymentsContract):
    pass


class TestRefunds(RefundsContract):
    pass
