"""What others see who read and write the same topics."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import (  # type: ignore[import-untyped]
    AIOKafkaConsumer,
    AIOKafkaProducer,
    TopicPartition,
)
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]
from aiokafka.admin.config_resource import (  # type: ignore[import-untyped]
    ConfigResource,
    ConfigResourceType,
)

from application.messaging.cloudevents import encode
from application.ports.broker import Broker, Delivery
from tests.contracts.broker_bench import PATIENCE, Reader, Source, some_keys
from tests.services.kafka.bench import KafkaBench
from tools.services import Kafka


@pytest.fixture
def broker(bench: KafkaBench) -> Broker:
    return bench.connect()


@pytest.fixture
def source() -> Source:
    return Source()


@asynccontextmanager
async def client(kind: Any, kafka: Kafka, **options: Any) -> AsyncIterator[Any]:
    made = kind(bootstrap_servers=kafka.servers, **options)
    await made.start()
    try:
        yield made
    finally:
        await (made.close() if kind is AIOKafkaAdminClient else made.stop())


async def read(kafka: Kafka, topic: str, count: int) -> Sequence[Any]:
    options = {"auto_offset_reset": "earliest", "group_id": f"reads {topic}"}
    async with client(AIOKafkaConsumer, kafka, **options) as consumer:
        consumer.subscribe([topic])
        async with asyncio.timeout(PATIENCE):
            return [await consumer.getone() for _ in range(count)]


async def write(kafka: Kafka, topic: str, *records: dict[str, Any]) -> None:
    async with client(AIOKafkaProducer, kafka) as producer:
        for each in records:
            await producer.send_and_wait(topic, **each)


async def test_a_record_is_a_cloud_event(kafka: Kafka, broker: Broker, source: Source) -> None:
    message = source.message(text="Zürich")
    await broker.publish([message])
    (record,) = await read(kafka, source.topic, 1)
    assert record.key == str(message.aggregate_id).encode()
    headers, data = encode(message)
    assert {name: value.decode() for name, value in record.headers} == headers
    assert record.value == data


async def test_topics_are_made_as_configured(kafka: Kafka, broker: Broker, source: Source) -> None:
    """This server makes none by itself."""
    await broker.publish_dead(source.message(), group="g", attempts=1, error="no")
    await broker.publish(source.messages(1, some_keys(1)))
    dead = f"{source.topic}.g.dlq"
    async with client(AIOKafkaAdminClient, kafka) as administrator:
        found = await administrator.describe_topics([source.topic, dead])
        assert {each["topic"]: len(each["partitions"]) for each in found} == {
            source.topic: 4,
            dead: 1,
        }
        assert (await configured(administrator, dead))["retention.ms"] == "-1"


async def test_of_users_the_last_message_stays(
    kafka: Kafka, broker: Broker, source: Source
) -> None:
    """Once each of them was there for a week."""
    await broker.publish([replace(source.message(), aggregate="user")])
    async with client(AIOKafkaAdminClient, kafka) as administrator:
        config = await configured(administrator, "ticketing.user")
        assert config["cleanup.policy"] == "compact"
        assert int(config["min.compaction.lag.ms"]) == 7 * 24 * 3600 * 1000


async def configured(administrator: Any, topic: str) -> dict[str, str]:
    asked = ConfigResource(ConfigResourceType.TOPIC, topic)
    (answer,) = await administrator.describe_configs([asked])
    return {entry[0]: entry[1] for entry in answer.resources[0][4]}


async def test_keys_meet_those_of_other_clients(
    kafka: Kafka, broker: Broker, source: Source
) -> None:
    ours = source.messages(20, some_keys(20))
    await broker.publish(ours)
    keys = [str(each.aggregate_id).encode() for each in ours]
    await write(kafka, source.topic, *({"key": key, "value": b"theirs"} for key in keys))
    partitions: dict[bytes, set[int]] = {}
    for record in await read(kafka, source.topic, 40):
        partitions.setdefault(record.key, set()).add(record.partition)
    assert len(partitions) == 20 and {len(each) for each in partitions.values()} == {1}
    assert len(set.union(*partitions.values())) > 1


async def test_a_dead_letter_says_where_it_is_from(
    kafka: Kafka, bench: KafkaBench, source: Source
) -> None:
    broker, reader = bench.connect(), Reader()
    sent = source.messages(3, some_keys(1))
    await broker.publish(sent)
    await broker.subscribe("shop", [source.topic], reader)
    await reader.until(sent)
    await broker.publish_dead(sent[2], group="shop", attempts=5, error="ValueError: ü")
    await bench.connect().publish_dead(sent[1], group="shop", attempts=2, error="late")
    first, second = await read(kafka, f"{source.topic}.shop.dlq", 2)
    (record,) = {each.partition for each in await read(kafka, source.topic, 3)}
    assert {name: value.decode() for name, value in first.headers if name[:4] == "dlq_"} == {
        "dlq_group": "shop",
        "dlq_attempts": "5",
        "dlq_error": "ValueError: ü",
        "dlq_topic": source.topic,
        "dlq_partition": str(record),
        "dlq_offset": "2",
    }
    assert first.key == str(sent[2].aggregate_id).encode()
    # Who did not read it cannot say where it was; the position says where it is in the log.
    assert "dlq_offset" not in dict(second.headers)
    assert dict(second.headers)["ce_position"] == b"2"


async def test_what_is_no_message_holds_nothing_up(
    kafka: Kafka, bench: KafkaBench, source: Source
) -> None:
    broker, reader = bench.connect(), Reader()
    before, after = source.messages(4, some_keys(2)), source.messages(4, some_keys(2))
    await broker.publish(before)
    headers, data = encode(source.message())
    await write(
        kafka,
        source.topic,
        {"key": b"k", "value": b"\xff not json"},
        {"key": b"k", "value": data, "headers": [("ce_id", b"\xff\xfe")]},
        {"key": b"k", "value": None},
        {"value": b"without a key", "headers": [("content-type", b"text/plain")]},
    )
    await broker.publish(after)
    await broker.subscribe("careful", [source.topic], reader, batch=3)
    await reader.until(before + after)
    dead = await read(kafka, f"{source.topic}.careful.dlq", 4)
    assert {each.value for each in dead} == {b"\xff not json", data, None, b"without a key"}
    assert all(dict(each.headers)["dlq_error"] for each in dead)
    await broker.publish_dead(before[0], group="careful", attempts=5, error="x")
    found = await broker.dead("careful", [source.topic], limit=1)
    assert [each.message for each in found] == before[:1]


async def test_commits_follow_what_was_dealt_with(
    kafka: Kafka, bench: KafkaBench, source: Source
) -> None:
    gate, begun = asyncio.Event(), asyncio.Event()

    async def handle(deliveries: Sequence[Delivery]) -> None:
        begun.set()
        await gate.wait()

    await bench.connect().publish(source.messages(7, some_keys(1)))
    subscription = await bench.connect().subscribe("slow", [source.topic], handle, batch=7)
    async with asyncio.timeout(PATIENCE):
        await begun.wait()
    await asyncio.sleep(0.5)

    async with client(AIOKafkaAdminClient, kafka) as administrator:

        async def committed() -> int:
            offsets = await administrator.list_consumer_group_offsets(
                "slow", partitions=[TopicPartition(source.topic, each) for each in range(4)]
            )
            return sum(max(each.offset, 0) for each in offsets.values())

        assert await committed() == 0
        gate.set()
        await subscription.close()
        await eventually_committed(committed)


async def eventually_committed(committed: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while await committed() != 7:
            await asyncio.sleep(0.05)
