"""Records to Kafka: acknowledged by all replicas, in order per key, whatever fails between."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]
from aiokafka.errors import (  # type: ignore[import-untyped]
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)
from aiokafka.partitioner import murmur2  # type: ignore[import-untyped]

from infrastructure.kafka.config import KafkaConfig
from infrastructure.kafka.records import Record
from infrastructure.kafka.topics import Topics

# Of a batch, which is what the server takes or refuses as a whole; it accepts 1 MiB by default. A
# record that is larger is a batch of its own.
_BATCH_BYTES = 512 * 1024
_TRIP_RECORDS = 10_000

_TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)


@dataclass(frozen=True, slots=True)
class _Call:
    records: Sequence[Record]
    acknowledged: asyncio.Future[None]


class Publisher:
    """Calls that come while others are sent are sent together afterwards: a trip carries what all
    of them have.

    An idempotent producer numbers what it sends, and retries without limit. Here a trip has a
    limit; after one that failed the producer is given up for a new one, so that nothing of it is
    sent later than the calls that follow.

    Within a trip the batches of one partition are sent one after the other, the next when the one
    before is acknowledged. So what was not acknowledged can be in the log, but never without all
    that came before it.
    """

    def __init__(self, config: KafkaConfig, topics: Topics) -> None:
        self._config = config
        self._topics = topics
        self._waiting: list[_Call] = []
        self._trips: asyncio.Task[None] | None = None
        self._producer: Any = None

    async def send(self, records: Sequence[Record]) -> None:
        """Done when all are acknowledged. Raises KafkaError, OSError and TimeoutError."""
        call = _Call(records, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        if self._trips is None or self._trips.done():
            self._trips = asyncio.create_task(self._make_trips(), name="publishing to kafka")
        await call.acknowledged

    async def close(self) -> None:
        if self._trips is not None:
            self._trips.cancel()
            await asyncio.wait({self._trips})
        await self._give_up()

    async def _make_trips(self) -> None:
        while calls := self._taken():
            try:
                await self._make_trip(calls)
            except _TOO_LARGE as error:
                if len(calls) == 1:
                    _tell(calls, error)
                else:  # it is one's fault, not of all
                    await self._make_trips_apart(calls)
            except Exception as error:
                _tell(calls, error)
            except asyncio.CancelledError:
                _tell(calls, TimeoutError("the publisher was closed"))
                raise
            else:
                _tell(calls, None)

    async def _make_trips_apart(self, calls: Sequence[_Call]) -> None:
        for call in calls:
            try:
                await self._make_trip([call])
            except Exception as error:
                _tell([call], error)
            else:
                _tell([call], None)

    async def _make_trip(self, calls: Sequence[_Call]) -> None:
        records = [record for call in calls for record in call.records]
        try:
            async with asyncio.timeout(self._config.timeout_seconds):
                await self._topics.ensure({record.topic for record in records})
                await _send(await self._started(), records)
        except BaseException:
            self._topics.forget()
            await self._give_up()
            raise

    async def _started(self) -> Any:
        if self._producer is None:
            self._producer = AIOKafkaProducer(
                **self._config.client_options(),
                acks="all",
                enable_idempotence=True,
                max_batch_size=_BATCH_BYTES,
            )
            await self._producer.start()
        return self._producer

    async def _give_up(self) -> None:
        """At once. It would try forever to send what it has, and must not: whoever published that
        was told that it failed, and publishes it again."""
        producer, self._producer = self._producer, None
        if producer is not None:
            if producer._sender.sender_task is not None:
                producer._sender.sender_task.cancel()
            await asyncio.shield(producer.stop())

    def _taken(self) -> list[_Call]:
        """What waits, to the size of a trip and at least one call; not what was called off."""
        taken, size = list[_Call](), 0
        while self._waiting and size < _TRIP_RECORDS:
            call = self._waiting.pop(0)
            if not call.acknowledged.done():
                taken.append(call)
                size += len(call.records)
        return taken


def _tell(calls: Sequence[_Call], error: Exception | None) -> None:
    for call in calls:
        if call.acknowledged.done():
            continue  # who called has left
        if error is None:
            call.acknowledged.set_result(None)
        else:
            call.acknowledged.set_exception(error)


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
