"""How to reach Redis for streams, and how patient to be."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

_SCHEMES = ("redis", "rediss")


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamsConfig:
    """`url` is `redis://[user:password@]host[:port]/[database]`, or `rediss://` with TLS."""

    url: str = field(repr=False)
    timeout_seconds: float = 10.0
    """Longest wait for an answer."""
    session_seconds: float = 10.0
    """After this much silence another member takes over."""
    max_length: int = 1_000_000
    """About so many messages of a topic are kept."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise ValueError("the address of Redis is redis://host[:port]/[database] or rediss://…")


def client(config: StreamsConfig, *, patience: float) -> Redis:
    """`patience` in seconds: the longest silence, also of a read that blocks. What fails is not
    tried again behind our back: a message would be there twice, perhaps after later ones."""
    return Redis.from_pool(
        BlockingConnectionPool.from_url(
            config.url,
            max_connections=16,
            timeout=config.timeout_seconds,
            socket_timeout=patience,
            socket_connect_timeout=config.timeout_seconds,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            driver_info=None,
        )
    )
