from collections.abc import AsyncIterator

import pytest

from tests.services.rabbitmq.bench import RabbitMqBench, make
from tools.services import RabbitMq


@pytest.fixture
async def bench(rabbitmq: RabbitMq) -> AsyncIterator[RabbitMqBench]:
    bench = RabbitMqBench(rabbitmq, make)
    yield bench
    try:
        await bench.close()
    finally:
        if not rabbitmq.is_running:  # a test that failed left it so
            rabbitmq.start()
