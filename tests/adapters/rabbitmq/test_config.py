"""How to reach RabbitMQ, and what trying leaves behind."""

import gc

import aio_pika
import pytest

from infrastructure.rabbitmq.config import FAILURES, RabbitMqConfig


async def test_a_server_that_is_not_there_leaves_nothing_open() -> None:
    """The library would close it when it is forgotten, in whatever loop runs then, or in none."""
    config = RabbitMqConfig(url="amqp://127.0.0.1:1/", timeout_seconds=2)
    with pytest.raises(FAILURES) as caught:
        await config.connect()
    assert len(caught.traceback) > 1  # its frames keep the connection
    made = [each for each in gc.get_objects() if isinstance(each, aio_pika.Connection)]
    assert made and all(each.is_closed for each in made)


@pytest.mark.parametrize("url", ["", "127.0.0.1:5672", "kafka://one", "amqp://", "amqps:///"])
def test_no_address(url: str) -> None:
    with pytest.raises(ValueError, match="amqp://host"):
        RabbitMqConfig(url=url)


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(RabbitMqConfig(url="amqp://shop:secret@one/"))
