"""Brokers on RabbitMQ, with patience for tests."""

from application.ports.broker import Broker
from infrastructure.rabbitmq.broker import RabbitMqBroker
from infrastructure.rabbitmq.config import RabbitMqConfig
from tests.contracts.broker_bench import Maker, ServerBench
from tools.services import RabbitMq


def make(url: str) -> Broker:
    return RabbitMqBroker(RabbitMqConfig(url=url, timeout_seconds=5, session_seconds=4))


class RabbitMqBench(ServerBench):
    shares = False
    keeps_history = False
    session_seconds = 4.0

    def __init__(self, server: RabbitMq) -> None:
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
