"""Redis Streams as a broker of messages."""

import asyncio
from collections.abc import Awaitable, Sequence
from itertools import chain
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.exceptions import RedisError

from application.messaging.message import Message
from application.ports.broker import Broker, BrokerUnavailable, Delivery, Handle, Subscription
from infrastructure.redis.entries import Fields, buried, dead_letter_of, dead_stream, fields_of
from infrastructure.redis.reader import Reader
from infrastructure.redis.streams_config import StreamsConfig, client

T = TypeVar("T")


class RedisStreamsBroker(Broker):
    """Nothing is opened yet. Made and used in one event loop; one Redis, not a cluster.

    What differs from other brokers: an acknowledgement is worth what the server's `appendfsync`
    says, and replicas may lack what was acknowledged. A topic keeps about `max_length` messages:
    what a group has not read until then is lost to it. One member of a group reads a topic, the
    others stand by.
    """

    def __init__(self, config: StreamsConfig) -> None:
        self._config = config
        self._redis: Redis = client(config, patience=config.timeout_seconds)
        self._readers: list[Reader] = []
        self._asking: set[asyncio.Task[Any]] = set()

    @property
    def name(self) -> str:
        return "redis"

    async def publish(self, messages: Sequence[Message]) -> None:
        if messages:
            await self._ask(self._add(messages))

    async def subscribe(
        self, group: str, topics: Sequence[str], handle: Handle, *, batch: int = 1
    ) -> Subscription:
        await self._ask(self._redis.ping())
        reader = Reader(self._config, group, topics, handle, batch=batch, bury=self._bury)
        self._readers.append(reader)
        return reader

    async def publish_dead(
        self, message: Message, *, group: str, attempts: int, error: str
    ) -> None:
        fields = buried(fields_of(message), group=group, attempts=attempts, error=error)
        await self._add_dead(message.topic, group, fields)

    async def dead(self, group: str, topics: Sequence[str], *, limit: int) -> Sequence[Delivery]:
        found: list[Delivery] = []
        for topic in topics:
            stream = dead_stream(topic, group)
            entries: Any = await self._ask(self._redis.xrange(stream, count=limit))
            letters = (dead_letter_of(fields) for _, fields in entries)
            found += [letter for letter in letters if letter is not None]
        return sorted(found, key=lambda each: each.message.position)[:limit]

    async def close(self) -> None:
        await asyncio.gather(*(each.close() for each in self._readers))
        if self._asking:
            await asyncio.wait(self._asking)
        await self._redis.aclose()

    async def _add(self, messages: Sequence[Message]) -> None:
        """All or none: a message that is refused must not be overtaken by the next."""
        async with self._redis.pipeline(transaction=True) as pipeline:
            for each in messages:
                command = ("XADD", each.topic, "MAXLEN", "~", self._config.max_length, "*")
                pipeline.execute_command(*command, *chain(*fields_of(each).items()))
            await pipeline.execute()

    async def _add_dead(self, topic: str, group: str, fields: Fields) -> None:
        command: Awaitable[object] = self._redis.execute_command(  # type: ignore[no-untyped-call]
            "XADD", dead_stream(topic, group), "*", *chain(*fields.items())
        )
        await self._ask(command)

    async def _bury(self, topic: str, group: str, fields: Fields, error: str) -> None:
        await self._add_dead(topic, group, buried(fields, group=group, attempts=1, error=error))

    async def _ask(self, asking: Awaitable[T]) -> T:
        """In a task of its own that is never cancelled with the caller: its reply, still on the
        way, would be taken for that of the connection's next command."""
        task = asyncio.ensure_future(asking)
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        try:
            async with asyncio.timeout(self._config.timeout_seconds):
                return await asyncio.shield(task)
        except (RedisError, OSError, TimeoutError) as error:
            raise BrokerUnavailable(f"{type(error).__name__}: {error}") from error
