"""How to reach RabbitMQ, and how patient to be."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.connection import make_url

_SCHEMES = ("amqp", "amqps")


@dataclass(frozen=True, slots=True, kw_only=True)
class RabbitMqConfig:
    """`url` is `amqp://[user:password@]host[:port]/[virtual host]`, or `amqps://` with TLS."""

    url: str = field(repr=False)
    timeout_seconds: float = 10.0
    """Longest wait for an acknowledgement."""
    session_seconds: float = 10.0
    """After about this much silence the server takes a member of a group for dead."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise ValueError("the address of RabbitMQ is amqp://host[:port]/ or amqps://…")

    async def connect(self) -> AbstractConnection:
        """Of the plain kind: what must be done again after a loss is known here, not there. Raises
        what `FAILURES` has."""
        connection = aio_pika.Connection(make_url(f"{self.url}{self._options}"))
        try:
            await connection.connect(timeout=self.timeout_seconds)
        except BaseException:
            # Its finalizer would try, at any time and in whatever loop is running then.
            await connection.close()
            raise
        return connection

    @property
    def _options(self) -> str:
        # The server gives up after two of them.
        heartbeat = max(1, round(self.session_seconds / 2))
        return f"{'&' if urlsplit(self.url).query else '?'}heartbeat={heartbeat}&name=holdfast"


FAILURES = (aio_pika.exceptions.AMQPError, OSError, RuntimeError, TimeoutError)
"""What the library raises when the server, the way to it or a channel is gone."""
