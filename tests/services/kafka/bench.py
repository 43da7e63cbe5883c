"""Brokers on Kafka, with patience for tests."""

from application.ports.broker import Broker
from infrastructure.kafka.broker import KafkaBroker
from infrastructure.kafka.config import KafkaConfig
from tests.contracts.broker_bench import ServerBench


def config(url: str) -> KafkaConfig:
    return KafkaConfig(url=url, partitions=4, timeout_seconds=5, session_seconds=4)


def make(url: str) -> Broker:
    return KafkaBroker(config(url))


class KafkaBench(ServerBench):
    session_seconds = 4.0
    notice_seconds = 1.5  # a heartbeat, and somewhat
