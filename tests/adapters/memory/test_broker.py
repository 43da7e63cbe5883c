from collections.abc import AsyncIterator

import pytest

from application.ports.broker import Broker
from infrastructure.memory.broker import MemoryBroker
from tests.contracts.broker_bench import BrokerBench
from tests.contracts.brokers import BrokerContract


class MemoryBench(BrokerBench):
    """Processes share nothing of a memory: they share the broker."""

    def __init__(self) -> None:
        self._broker = MemoryBroker()

    def connect(self) -> Broker:
        return self._broker

    async def close(self) -> None:
        await self._broker.close()


class TestMemoryBroker(BrokerContract):
    @pytest.fixture
    async def bench(self) -> AsyncIterator[MemoryBench]:
        bench = MemoryBench()
        yield bench
        await bench.close()
