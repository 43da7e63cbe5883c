import pytest
from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]

from tests.services.delivery import DeliveryContract
from tests.services.outside import TOPICS, Outside, Seen
from tools.services import Kafka


class OutsideKafka(Outside):
    async def read(self) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.url.removeprefix("kafka://"),
            auto_offset_reset="earliest",
            metadata_max_age_ms=1_000,
        )
        await consumer.start()
        try:
            consumer.subscribe(pattern=f"^({'|'.join(TOPICS)})$".replace(".", r"\."))
            async for record in consumer:
                self.seen.append(
                    Seen(
                        where=record.topic,
                        key=(record.key or b"").decode(),
                        headers={name: value.decode() for name, value in record.headers},
                        data=record.value or b"",
                    )
                )
        finally:
            await consumer.stop()

    def place_of(self, aggregate: str, subject: str, type: str) -> tuple[str, str]:
        return f"ticketing.{aggregate}", subject


class TestDelivery(DeliveryContract):
    kind = "kafka"

    @pytest.fixture
    def server(self, kafka: Kafka) -> Kafka:
        return kafka

    @pytest.fixture
    def outside(self, kafka: Kafka) -> Outside:
        return OutsideKafka(kafka.url)
