from collections.abc import AsyncIterator

import pytest

from tests.services.redis.bench import RedisBench, make
from tools.services import Redis


@pytest.fixture
async def bench(redis: Redis) -> AsyncIterator[RedisBench]:
    bench = RedisBench(redis, make)
    yield bench
    try:
        await bench.close()
    finally:
        if not redis.is_running:  # a test that failed left it so
            redis.start()
