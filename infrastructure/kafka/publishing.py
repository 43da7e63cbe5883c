"""Records to Kafka: acknowledged by all replicas, in order per key, whatever fails between."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]
from aiokafka.partitioner import murmur2  # type: ignore[import-untyped]

from infrastructure.kafka.config import KafkaConfig
from infrastructure.kafka.records import Record
from infrastructure.kafka.topics import Topics

# Of a batch, which is what the server takes or refuses as a whole; it accepts 1 MiB by default. A
# record that is larger is a batch of its own.
_BATCH_BYTES = 512 * 1024


class _Producer:
    """A producer of the library, the number of calls that use it, and whether it is to be closed
    when they are over."""

    def __init__(self, config: KafkaConfig) -> None:
        self.users = 0
        self.is_broken = False
        self._producer = AIOKafkaProducer(
            **config.client_options(),
            acks="all",
            enable_idempotence=True,
            max_batch_size=_BATCH_BYTES,
        )
        self._started = asyncio.Lock()
        self._is_started = False

    async def started(self) -> Any:
        async with self._started:
            if not self._is_started:
                await self._producer.start()
                self._is_started = True
        return self._producer

    async def close(self) -> None:
        """At once. It would try forever to send what it has, and must not: whoever published that
        was told that it failed, and publishes it again."""
        sender = self._producer._sender.sender_task
        if sender is not None:
            sender.cancel()
        await self._producer.stop()


class Publisher:
    """An idempotent producer numbers what it sends, and retries without limit. Here a call has a
    limit; after the first that fails the producer is given up for a new one, so that nothing of an
    abandoned call is sent later than the calls that follow.

    Within a call the batches of one partition are sent one after the other, the next when the one
    before is acknowledged. So what was not acknowledged can be in the log, but never without all
    that came before it.
    """

    def __init__(self, config: KafkaConfig, topics: Topics) -> None:
        self._config = config
        self._topics = topics
        self._current: _Producer | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def send(self, records: Sequence[Record]) -> None:
        """Done when all are acknowledged, which may take forever: the caller has the clock, and may
        cancel this. Raises KafkaError and TimeoutError."""
        async with self._producer() as producer:
            await self._topics.ensure({record.topic for record in records})
            await _send(producer, records)

    async def close(self) -> None:
        if self._current is not None:
            self._give_up(self._current)
        while self._closing:
            await asyncio.wait(self._closing)

    @asynccontextmanager
    async def _producer(self) -> AsyncIterator[Any]:
        if self._current is None:
            self._current = _Producer(self._config)
        mine = self._current
        mine.users += 1
        try:
            yield await mine.started()
        except BaseException:
            self._topics.forget()
            mine.is_broken = True
            if self._current is mine:
                self._current = None
            raise
        finally:
            mine.users -= 1
            if mine.is_broken and mine.users == 0:
                self._close(mine)

    def _give_up(self, producer: _Producer) -> None:
        producer.is_broken = True
        self._current = None
        if producer.users == 0:
            self._close(producer)

    def _close(self, producer: _Producer) -> None:
        task = asyncio.create_task(producer.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _send(producer: Any, records: Sequence[Record]) -> None:
    by_partition: dict[tuple[str, int], list[Record]] = defaultdict(list)
    counts = {
        topic: len(await producer.partitions_for(topic))
        for topic in {record.topic for record in records}
    }
    for record in records:
        partition = _partition(record.key, counts[record.topic])
        by_partition[record.topic, partition].append(record)
    outcomes = await asyncio.gather(
        *(
            _send_in_order(producer, topic, partition, each)
            for (topic, partition), each in by_partition.items()
        ),
        return_exceptions=True,  # so that nothing goes on after the first failure is told
    )
    for outcome in outcomes:
        if outcome is not None:
            raise outcome


async def _send_in_order(
    producer: Any, topic: str, partition: int, records: Sequence[Record]
) -> None:
    now = round(time.time() * 1000)
    batch = producer.create_batch()
    for record in records:
        parts = {
            "key": record.key,
            "value": record.value,
            "headers": record.headers,
            "timestamp": now,
        }
        if batch.append(**parts) is None:  # it is full
            await _acknowledged(producer, batch, topic, partition)
            batch = producer.create_batch()
            batch.append(**parts)
    await _acknowledged(producer, batch, topic, partition)


async def _acknowledged(producer: Any, batch: Any, topic: str, partition: int) -> None:
    batch.close()
    if await (await producer.send_batch(batch, topic, partition=partition)) is None:
        raise KafkaError("the producer dropped what it was given")


@lru_cache(maxsize=65536)
def _partition(key: bytes | None, count: int) -> int:
    """As every Kafka client does it, so that keys meet whoever else publishes."""
    hashed: int = murmur2(key or b"")
    return (hashed & 0x7FFFFFFF) % count
