"""What RabbitMQ itself does with messages whose readers die."""

import asyncio

from infrastructure.rabbitmq.envelopes import DELIVERY_LIMIT
from tests.contracts.broker_bench import PATIENCE, Reader, Source, eventually
from tests.contracts.broker_member import Member
from tests.services.rabbitmq.bench import RabbitMqBench


async def test_what_kills_its_readers_becomes_a_dead_letter(bench: RabbitMqBench) -> None:
    source, reader, broker = Source(), Reader(), bench.connect()
    first = await broker.subscribe("poisoned", [source.topic], Reader())
    await first.close()
    deadly, harmless = source.messages(2, [source.message().aggregate_id])
    await broker.publish([deadly])
    for _ in range(DELIVERY_LIMIT + 1):
        assert await broker.dead("poisoned", [source.topic], limit=5) == []
        member = Member(bench.maker(), group="poisoned", topic=source.topic, pause=60)
        await eventually(lambda: str(deadly.id) in member.began, lambda: "it does not come again")
        member.kill()
    await broker.subscribe("poisoned", [source.topic], reader)
    await broker.publish([harmless])
    await reader.until([harmless])
    assert reader.done == [harmless]
    async with asyncio.timeout(PATIENCE):  # RabbitMQ moves it when it likes
        while not (letters := await broker.dead("poisoned", [source.topic], limit=5)):
            await asyncio.sleep(0.1)
    (letter,) = letters
    assert letter.message == deadly
    assert letter.attempt == DELIVERY_LIMIT + 1
    assert "delivery_limit" in letter.error
