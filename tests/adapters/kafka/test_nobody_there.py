"""An address where nobody answers."""

import asyncio
import time

import pytest

from application.ports.broker import BrokerUnavailable
from core.seldom import quieten
from infrastructure.kafka.broker import KafkaBroker
from infrastructure.kafka.config import KafkaConfig
from tests.contracts.broker_bench import Reader, Source


async def test_everybody_is_told_and_the_log_is_not_full(
    caplog: pytest.LogCaptureFixture,
) -> None:
    quieten()
    broker = KafkaBroker(KafkaConfig(url="kafka://127.0.0.1:1", timeout_seconds=2))
    message = Source().message()
    began = time.monotonic()
    for asking in (
        *(broker.publish([message]) for _ in range(30)),
        broker.subscribe("group", [message.topic], Reader()),
        broker.publish_dead(message, group="group", attempts=1, error="no"),
        broker.dead("group", [message.topic], limit=1),
    ):
        with pytest.raises(BrokerUnavailable):
            await asking
    assert time.monotonic() - began < 40, "each waits for the timeout"
    assert len([each for each in caplog.records if "kafka" in each.name]) <= 2
    await broker.close()


async def test_who_leaves_while_publishing() -> None:
    """Takes nobody along."""
    broker = KafkaBroker(KafkaConfig(url="kafka://127.0.0.1:1", timeout_seconds=2))
    source = Source()
    tasks = [asyncio.create_task(broker.publish([source.message()])) for _ in range(4)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    tasks[2].cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in outcomes] == [
        asyncio.CancelledError,
        BrokerUnavailable,
    ] * 2
    await broker.close()
