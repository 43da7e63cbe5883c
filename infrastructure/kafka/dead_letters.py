"""A look at dead letters, by a reader that belongs to no group and so takes nothing away."""

import logging
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]

from application.ports.broker import Delivery
from infrastructure.kafka.config import KafkaConfig
from infrastructure.kafka.records import dead_letter_of

_logger = logging.getLogger(__name__)


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
        records = await _oldest(consumer, limit)
    finally:
        await consumer.stop()
    letters = []
    for record in sorted(records, key=lambda each: each.timestamp):
        try:
            letters.append(dead_letter_of(record.headers, record.value))
        except ValueError as error:  # put there as it came: no message of ours
            _logger.warning("offset %s of %s is no message: %s", record.offset, record.topic, error)
    return letters[:limit]


async def _oldest(consumer: Any, limit: int) -> list[Any]:
    """`limit` of each partition, or what there is now."""
    ends = await consumer.end_offsets(consumer.assignment())
    found: list[Any] = []
    for partition, end in ends.items():
        mine: list[Any] = []
        while len(mine) < limit and await consumer.position(partition) < end:
            got = await consumer.getmany(partition, timeout_ms=200, max_records=limit)
            mine += got.get(partition, [])
        found += mine[:limit]
    return found
