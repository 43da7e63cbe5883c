"""A look at dead letters, by a reader that belongs to no group and so takes nothing away."""

import logging
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]

from application.ports.broker import Delivery
from infrastructure.kafka.config import KafkaConfig
from infrastructure.kafka.records import dead_letter_of

_logger = logging.getLogger(__name__)

_Dated = tuple[int, Delivery]
"""When it was buried, in milliseconds."""


async def read_dead_letters(
    config: KafkaConfig, partitions: Sequence[tuple[str, int]], limit: int
) -> list[Delivery]:
    """The oldest of all partitions. Raises KafkaError."""
    if not partitions or limit < 1:
        return []
    consumer = AIOKafkaConsumer(
        **config.client_options(), enable_auto_commit=False, auto_offset_reset="earliest"
    )
    consumer.assign([TopicPartition(*each) for each in partitions])
    try:
        await consumer.start()
        ends = await consumer.end_offsets(consumer.assignment())
        found = [
            each
            for partition, end in ends.items()
            for each in await _oldest(consumer, partition, end, limit)
        ]
    finally:
        await consumer.stop()
    return [letter for _, letter in sorted(found, key=lambda each: each[0])[:limit]]


async def _oldest(consumer: Any, partition: Any, end: int, limit: int) -> list[_Dated]:
    found: list[_Dated] = []
    while len(found) < limit and await consumer.position(partition) < end:
        got = await consumer.getmany(partition, timeout_ms=200, max_records=limit - len(found))
        for record in got.get(partition, []):
            try:
                letter = dead_letter_of(record.headers, record.value)
            except ValueError as error:  # buried because it is none
                where = f"{record.topic}/{record.partition}/{record.offset}"
                _logger.warning("%s is no message: %s", where, error)
            else:
                found.append((record.timestamp, letter))
    return found
