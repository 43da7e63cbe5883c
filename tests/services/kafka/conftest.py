from collections.abc import AsyncIterator

import pytest

from tests.services.kafka.bench import KafkaBench, make
from tools.services import Kafka


@pytest.fixture
async def bench(kafka: Kafka) -> AsyncIterator[KafkaBench]:
    bench = KafkaBench(kafka, make)
    yield bench
    try:
        await bench.close()
    finally:
        _restore(kafka)


def _restore(kafka: Kafka) -> None:
    if not kafka.is_running:  # a test that failed left it so
        kafka.start()
