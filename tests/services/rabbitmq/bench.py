"""Brokers on RabbitMQ, with patience for tests."""

from application.ports.broker import Broker
from infrastructure.rabbitmq.broker import RabbitMqBroker
from infrastructure.rabbitmq.config import RabbitMqConfig
from tests.contracts.broker_bench import ServerBench


def make(url: str) -> Broker:
    return RabbitMqBroker(RabbitMqConfig(url=url, timeout_seconds=5, session_seconds=4))


class RabbitMqBench(ServerBench):
    shares = False
    keeps_history = False
    session_seconds = 4.0
