"""WeChat Pay passes the exam of payment providers, by its code and by its page for phones."""

import pytest

from tests.adapters.wechat.bench import WechatBench
from tests.contracts.payment_providers import PaymentsContract, RefundsContract


@pytest.fixture(params=["native", "h5"])
def bench(wechat_bench: WechatBench, request: pytest.FixtureRequest) -> WechatBench:
    wechat_bench.renew(request.param)
    return wechat_bench


class TestPayments(PaymentsContract):
    pass


class TestRefunds(RefundsContract):
    pass
