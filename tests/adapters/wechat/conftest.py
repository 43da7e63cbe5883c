"""One WeChat Pay for all tests: a server of its own is slow to start and to stop."""

from collections.abc import AsyncIterator

import pytest

from tests.adapters.wechat.bench import WechatBench


@pytest.fixture(scope="session")
async def wechat_bench() -> AsyncIterator[WechatBench]:
    async with WechatBench.served() as bench:
        yield bench


@pytest.fixture
def bench(wechat_bench: WechatBench) -> WechatBench:
    wechat_bench.renew()
    return wechat_bench
