"""Kafka as a broker of messages."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

from aiokafka.errors import (  # type: ignore[import-untyped]
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)

from application.messaging.message import Message
from application.ports.broker import Broker, BrokerUnavailable, Delivery, Handle, Subscription
from infrastructure.kafka.config import KafkaConfig
from infrastructure.kafka.dead_letters import read_dead_letters
from infrastructure.kafka.membership import Membership
from infrastructure.kafka.publishing import Publisher
from infrastructure.kafka.records import Place, Record, buried, dead_topic, record_of
from infrastructure.kafka.topics import Topics

# Of messages delivered last; dead letters say where they were read, if that was not long ago.
_PLACES_KEPT = 10_000


class KafkaBroker(Broker):
    """Nothing is opened yet. Made and used in one event loop."""

    def __init__(self, config: KafkaConfig) -> None:
        self._config = config
        self._topics = Topics(config)
        self._publisher = Publisher(config, self._topics)
        self._members: list[Membership] = []
        self._places: OrderedDict[UUID, Place] = OrderedDict()

    @property
    def name(self) -> str:
        return "kafka"

    async def publish(self, messages: Sequence[Message]) -> None:
        if messages:
            async with self._reaching():
                await self._publisher.send(list(map(record_of, messages)))

    async def subscribe(
        self, group: str, topics: Sequence[str], handle: Handle, *, batch: int = 1
    ) -> Subscription:
        async with self._reaching():
            await self._topics.ensure(topics, ask=True)
        member = Membership(
            self._config,
            group,
            topics,
            handle,
            batch=batch,
            bury=partial(self._bury, group),
            note=self._note,
        )
        self._members.append(member)
        return member

    async def publish_dead(
        self, message: Message, *, group: str, attempts: int, error: str
    ) -> None:
        place = self._places.get(message.id)
        record = buried(
            record_of(message), group=group, attempts=attempts, error=error, place=place
        )
        async with self._reaching():
            await self._publisher.send([record])

    async def dead(self, group: str, topics: Sequence[str], *, limit: int) -> Sequence[Delivery]:
        async with self._reaching():
            partitions = await self._topics.partitions([dead_topic(each, group) for each in topics])
            return await read_dead_letters(self._config, partitions, limit)

    async def close(self) -> None:
        await asyncio.gather(*(each.close() for each in self._members))
        await self._publisher.close()

    @asynccontextmanager
    async def _reaching(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._config.timeout_seconds):
                yield
        except (MessageSizeTooLargeError, RecordListTooLargeError):
            raise  # no time helps
        except TimeoutError as error:
            seconds = self._config.timeout_seconds
            raise BrokerUnavailable(f"no answer within {seconds} s") from error
        except (KafkaError, OSError) as error:
            raise BrokerUnavailable(f"{type(error).__name__}: {error}") from error

    async def _bury(self, group: str, read: Any, error: str) -> None:
        record = Record(topic=read.topic, key=read.key, value=read.value, headers=read.headers)
        place = Place(topic=read.topic, partition=read.partition, offset=read.offset)
        async with self._reaching():
            await self._publisher.send(
                [buried(record, group=group, attempts=1, error=error, place=place)]
            )

    def _note(self, message: Message, place: Place) -> None:
        self._places[message.id] = place
        if len(self._places) > _PLACES_KEPT:
            self._places.popitem(last=False)
