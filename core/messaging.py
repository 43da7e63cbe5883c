"""Puts the log, its readers and the broker of the settings together."""

from contextlib import AsyncExitStack
from datetime import timedelta

from application.ports.broker import Broker
from application.wiring.messaging import Messaging
from application.wiring.parts import Ports
from core.errors import StartError
from core.settings import Settings
from infrastructure.postgres.cursors import PostgresLogReaders
from infrastructure.postgres.database import Database
from infrastructure.postgres.wakes import FACTS, LOG, Wakes


def messaging(
    settings: Settings,
    ports: Ports,
    standing: Database,
    wakes: Wakes,
    *,
    beside_calls: bool,
    stack: AsyncExitStack,
) -> Messaging:
    """`standing` lends the connection that has the locks of readers. Raises StartError."""
    readers = PostgresLogReaders(standing)
    stack.push_async_callback(readers.close)
    broker = _broker(settings)
    if broker is not None:
        stack.push_async_callback(broker.close)
    return Messaging(
        begin=ports.begin,
        ids=ports.ids,
        log=ports.log,
        readers=readers,
        observer=ports.observer,
        broker=broker,
        beside_calls=beside_calls,
        committed=lambda: wakes.waiter(FACTS),
        numbered=lambda: wakes.waiter(LOG),
        # A broker may keep messages for longer than the log does.
        consumed_kept=timedelta(days=settings.retention.outbox_days + 30),
    )


def _broker(settings: Settings) -> Broker | None:
    """Its driver is loaded by those who use it."""
    chosen = settings.broker
    if chosen.url is None:
        return None
    url = chosen.url.get_secret_value()
    try:
        match chosen.kind:
            case "kafka":
                from infrastructure.kafka.broker import KafkaBroker
                from infrastructure.kafka.config import KafkaConfig

                return KafkaBroker(KafkaConfig(url=url, timeout_seconds=chosen.timeout_seconds))
            case "rabbitmq":
                from infrastructure.rabbitmq.broker import RabbitMqBroker
                from infrastructure.rabbitmq.config import RabbitMqConfig

                return RabbitMqBroker(
                    RabbitMqConfig(url=url, timeout_seconds=chosen.timeout_seconds)
                )
            case "redis":
                from infrastructure.redis.streams import RedisStreamsBroker
                from infrastructure.redis.streams_config import StreamsConfig

                return RedisStreamsBroker(
                    StreamsConfig(
                        url=url,
                        timeout_seconds=chosen.timeout_seconds,
                        max_length=chosen.max_length,
                    )
                )
    except ValueError as error:
        raise StartError(f"BROKER__URL: {error}") from error
    raise StartError(f"BROKER__KIND: there is no {chosen.kind} here")
