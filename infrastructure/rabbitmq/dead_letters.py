"""A look at dead letters. RabbitMQ only lends them: they are given back in the order they had."""

import logging

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import ChannelNotFoundEntity

from application.ports.broker import Delivery
from infrastructure.rabbitmq.envelopes import dead_letter_of

_logger = logging.getLogger(__name__)


async def read_dead_letters(
    connection: AbstractConnection, queue_name: str, limit: int
) -> list[Delivery]:
    """The oldest ones. Raises what `FAILURES` has."""
    channel = await connection.channel()
    try:
        queue = await channel.declare_queue(queue_name, passive=True)
    except ChannelNotFoundEntity:
        return []
    lent: list[AbstractIncomingMessage] = []
    while len(lent) < limit and (message := await queue.get(fail=False)) is not None:
        lent.append(message)
    if lent:
        await lent[-1].nack(multiple=True, requeue=True)
    await channel.close()
    letters = []
    for each in lent:
        try:
            letters.append(dead_letter_of(each))
        except ValueError as error:  # put there as it came: no message of ours
            _logger.warning("in %s is what is no message: %s", queue_name, error)
    return letters
