"""Brokers on Kafka, with patience for tests."""

from application.ports.broker import Broker
from infrastructure.kafka.broker import KafkaBroker
from infrastructure.kafka.config import KafkaConfig
from tests.contracts.broker_bench import Maker, ServerBench
from tools.services import Kafka


def config(url: str) -> KafkaConfig:
    return KafkaConfig(url=url, partitions=4, timeout_seconds=5, session_seconds=4)


def make(url: str) -> Broker:
    return KafkaBroker(config(url))


class KafkaBench(ServerBench):
    session_seconds = 4.0
    notice_seconds = 1.5  # a heartbeat, and somewhat

    def __init__(self, server: Kafka) -> None:
        self.server = server
        self._brokers: list[Broker] = []

    def connect(self) -> Broker:
        self._brokers.append(make(self.server.url))
        return self._brokers[-1]

    def maker(self) -> Maker:
        return Maker(function=f"{__name__}:make", options={"url": self.server.url})

    async def close(self) -> None:
        for each in self._brokers:
            await each.close()
