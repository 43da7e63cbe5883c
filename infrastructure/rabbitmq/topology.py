"""Exchanges and queues: made when they are first needed, where they are missing.

Every message goes to the topic exchange `ticketing.events`, its type being the routing key; whoever
wants some types binds a queue of his own there. Our groups want topics, that is all messages of a
kind of aggregate, whatever their types are called: `ticketing.topics`, which gets everything that
`ticketing.events` gets, routes by the header that names the aggregate.

A group has a queue per topic, `<topic>.<group>`, and one for the dead letters of that,
`<topic>.<group>.dlq`.
"""

from dataclasses import dataclass
from typing import Final

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractQueue
from aio_pika.exceptions import ChannelNotFoundEntity

from infrastructure.rabbitmq.envelopes import DELIVERY_LIMIT, SOURCE, source_of

EVENTS: Final = "ticketing.events"
TOPICS: Final = "ticketing.topics"
DEAD: Final = "ticketing.dead"

SETTLING_SECONDS: Final = 1.5
"""RabbitMQ answers before the disk knows of a new quorum queue. Killed within a second of that,
a single node has the queue back with no memory and no leader, until somebody triggers an election.
"""

_UNLIMITED: Final = 2**31 - 1
"""Looking at dead letters gives them back, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanges:
    events: AbstractExchange
    topics: AbstractExchange
    dead: AbstractExchange


async def declare_exchanges(channel: AbstractChannel) -> Exchanges:
    events = await channel.declare_exchange(EVENTS, ExchangeType.TOPIC, durable=True)
    topics = await channel.declare_exchange(TOPICS, ExchangeType.HEADERS, durable=True)
    await topics.bind(events, routing_key="#")
    dead = await channel.declare_exchange(DEAD, ExchangeType.DIRECT, durable=True)
    return Exchanges(events=events, topics=topics, dead=dead)


def group_queue(topic: str, group: str) -> str:
    return f"{topic}.{group}"


def dead_queue(topic: str, group: str) -> str:
    return f"{topic}.{group}.dlq"


async def is_there(connection: AbstractConnection, queue_name: str) -> bool:
    channel = await connection.channel()
    try:
        await channel.declare_queue(queue_name, passive=True)
    except ChannelNotFoundEntity:  # which has closed the channel
        return False
    await channel.close()
    return True


async def declare_dead(
    channel: AbstractChannel, exchanges: Exchanges, topic: str, group: str
) -> None:
    name = dead_queue(topic, group)
    queue = await channel.declare_queue(
        name, durable=True, arguments={"x-queue-type": "quorum", "x-delivery-limit": _UNLIMITED}
    )
    await queue.bind(exchanges.dead, routing_key=name)


async def declare_group(
    channel: AbstractChannel, exchanges: Exchanges, topic: str, group: str
) -> AbstractQueue:
    """With a place for its dead letters, without which RabbitMQ would throw them away."""
    await declare_dead(channel, exchanges, topic, group)
    queue = await channel.declare_queue(
        group_queue(topic, group),
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            "x-single-active-consumer": True,
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": DEAD,
            "x-dead-letter-routing-key": dead_queue(topic, group),
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",  # the strategy wants it; there is no limit of length
        },
    )
    await queue.bind(exchanges.topics, arguments={"x-match": "all", SOURCE: source_of(topic)})
    return queue
