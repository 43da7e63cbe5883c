"""Brokers on Redis Streams, with patience for tests."""

from application.ports.broker import Broker
from infrastructure.redis.streams import RedisStreamsBroker
from infrastructure.redis.streams_config import StreamsConfig
from tests.contracts.broker_bench import ServerBench


def make(url: str) -> Broker:
    return RedisStreamsBroker(StreamsConfig(url=url, timeout_seconds=5, session_seconds=6))


class RedisBench(ServerBench):
    shares = False
    session_seconds = 6.0
