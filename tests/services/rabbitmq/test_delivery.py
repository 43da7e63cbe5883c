import aio_pika
import pytest

from tests.services.delivery import DeliveryContract
from tests.services.outside import Outside, Seen
from tools.services import RabbitMq

_QUEUE = "a.shop.of.its.own"


class OutsideRabbitMq(Outside):
    async def read(self) -> None:
        connection = await aio_pika.connect(self.url)
        async with connection:
            channel = await connection.channel()
            exchange = await channel.declare_exchange(
                "ticketing.events", aio_pika.ExchangeType.TOPIC, durable=True
            )
            queue = await channel.declare_queue(
                _QUEUE, durable=True, arguments={"x-queue-type": "quorum"}
            )
            for types in ("hold.*", "order.*", "payment.*", "ticket.*"):
                await queue.bind(exchange, routing_key=types)
            async with queue.iterator() as messages:
                async for message in messages:
                    headers = {name: str(value) for name, value in message.headers.items()}
                    headers.pop("x-delivery-count", None)
                    headers["content-type"] = message.content_type or ""
                    self.seen.append(
                        Seen(
                            where=message.exchange or "",
                            key=message.routing_key or "",
                            headers=headers,
                            data=message.body,
                        )
                    )
                    await message.ack()

    def place_of(self, aggregate: str, subject: str, type: str) -> tuple[str, str]:
        return "ticketing.events", type


class TestDelivery(DeliveryContract):
    kind = "rabbitmq"

    @pytest.fixture
    def server(self, rabbitmq: RabbitMq) -> RabbitMq:
        return rabbitmq

    @pytest.fixture
    def outside(self, rabbitmq: RabbitMq) -> Outside:
        return OutsideRabbitMq(rabbitmq.url)
