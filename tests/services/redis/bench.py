"""Brokers on Redis Streams, with patience for tests."""

from application.ports.broker import Broker
from infrastructure.redis.streams import RedisStreamsBroker
from infrastructure.redis.streams_config import StreamsConfig
from tests.contracts.broker_bench import Maker, ServerBench
from tools.services import Redis


def make(url: str) -> Broker:
    return RedisStreamsBroker(StreamsConfig(url=url, timeout_seconds=5, session_seconds=3))


class RedisBench(ServerBench):
    shares = False
    session_seconds = 3.0

    def __init__(self, server: Redis) -> None:
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
