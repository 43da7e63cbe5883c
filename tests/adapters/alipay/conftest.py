"""One Alipay for all tests: a server of its own is slow to start and to stop."""

from collections.abc import AsyncIterator

import pytest

from tests.adapters.alipay.bench import AlipayBench


@pytest.fixture(scope="session")
async def alipay_bench() -> AsyncIterator[AlipayBench]:
    async with AlipayBench.served() as bench:
        yield bench


@pytest.fixture
def bench(alipay_bench: AlipayBench) -> AlipayBench:
    alipay_bench.renew()
    return alipay_bench
