"""RabbitMQ as a broker of messages."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from aio_pika.abc import AbstractIncomingMessage

from application.messaging.message import Message
from application.ports.broker import Broker, BrokerUnavailable, Delivery, Handle, Subscription
from infrastructure.rabbitmq.config import FAILURES, RabbitMqConfig
from infrastructure.rabbitmq.dead_letters import read_dead_letters
from infrastructure.rabbitmq.envelopes import SOURCE, buried, buried_as_it_is, letter_of
from infrastructure.rabbitmq.membership import Membership
from infrastructure.rabbitmq.publishing import Line, Publisher
from infrastructure.rabbitmq.topology import (
    SETTLING_SECONDS,
    dead_queue,
    declare_dead,
    declare_group,
    group_queue,
    is_there,
)


class RabbitMqBroker(Broker):
    """Nothing is opened yet. Made and used in one event loop.

    What differs from other brokers: nothing is kept for groups to come, so a group gets what is
    published after its first `subscribe`; and one member of a group works on a topic, the others
    stand by. What the handler refuses stays with the member, which tries again with growing pauses.
    A message that was in the hands of four members when they died goes to the dead letters, and so
    does one that is refused for longer than four times the server's `consumer_timeout` (half an
    hour, unless it is set). No policy may limit the length of the queues: what is rejected for that
    could be overtaken.
    """

    def __init__(self, config: RabbitMqConfig) -> None:
        self._config = config
        self._publisher = Publisher(config)
        self._members: list[Membership] = []

    @property
    def name(self) -> str:
        return "rabbitmq"

    async def publish(self, messages: Sequence[Message]) -> None:
        if messages:
            letters = list(map(letter_of, messages))
            async with self._reaching():
                await self._publisher.send(lambda to: to.events, letters)

    async def subscribe(
        self, group: str, topics: Sequence[str], handle: Handle, *, batch: int = 1
    ) -> Subscription:
        async with self._reaching():
            await self._publisher.prepare(partial(_found, group, topics))
        member = Membership(
            self._config, group, topics, handle, batch=batch, bury=partial(self._bury, group)
        )
        self._members.append(member)
        return member

    async def publish_dead(
        self, message: Message, *, group: str, attempts: int, error: str
    ) -> None:
        address = dead_queue(message.topic, group)
        letter = buried(message, group=group, attempts=attempts, error=error, address=address)
        async with self._reaching():
            await self._publisher.prepare(
                lambda line: declare_dead(line.channel, line.exchanges, message.topic, group)
            )
            await self._publisher.send(lambda to: to.dead, [letter])

    async def dead(self, group: str, topics: Sequence[str], *, limit: int) -> Sequence[Delivery]:
        """Two looks at the same time see each a part."""
        found: list[Delivery] = []
        async with self._reaching():
            async with await self._config.connect() as connection:
                for topic in topics:
                    found += await read_dead_letters(connection, dead_queue(topic, group), limit)
        return sorted(found, key=lambda each: each.message.position)[:limit]

    async def close(self) -> None:
        await asyncio.gather(*(each.close() for each in self._members))
        await self._publisher.close()

    @asynccontextmanager
    async def _reaching(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._config.timeout_seconds):
                yield
        except FAILURES as error:
            raise BrokerUnavailable(f"{type(error).__name__}: {error}") from error

    async def _bury(self, group: str, read: AbstractIncomingMessage, error: str) -> None:
        topic = f"ticketing.{str(read.headers.get(SOURCE)).rpartition('/')[2]}"
        letter = buried_as_it_is(
            read, topic=topic, group=group, error=error, address=dead_queue(topic, group)
        )
        async with self._reaching():
            await self._publisher.send(lambda to: to.dead, [letter])


async def _found(group: str, topics: Sequence[str], line: Line) -> None:
    new = [
        topic for topic in topics if not await is_there(line.connection, group_queue(topic, group))
    ]
    for topic in new:
        await declare_group(line.channel, line.exchanges, topic, group)
    if new:
        await asyncio.sleep(SETTLING_SECONDS)
