"""A Redis (or Valkey) server that may go away at any time, and whom nobody then waits for."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from shared.breaker import Breaker

_logger = logging.getLogger(__name__)

T = TypeVar("T")

Key = bytes | str
Script = Callable[..., Awaitable[Any]]
"""To be called with keys and arguments; answers, or raises Away, as `RedisServer.ask`."""

_CONNECTIONS: Final = 32
_PROBE: Final = "holdfast:probe"


class Away(Exception):
    """Redis did not answer in time, or is left alone because it did not before. What was asked may
    be done all the same, now or later."""


class RedisServer:
    """All uses of one server share it: its connections, and what is known of its health. Nobody
    waits for longer than `timeout_seconds`. Once it failed somebody it is left alone: callers are
    told at once, and every `retry_seconds` it is asked whether it is back, which nobody waits for.
    """

    def __init__(
        self, url: str, *, timeout_seconds: float = 0.25, retry_seconds: float = 2.0
    ) -> None:
        """Nothing is opened yet."""
        self._timeout_seconds = timeout_seconds
        self._asking: set[asyncio.Task[Any]] = set()
        self._available = True
        # The driver would try again ten times, each for as long as its timeout.
        self._redis: Redis = Redis.from_pool(
            BlockingConnectionPool.from_url(
                url,
                max_connections=_CONNECTIONS,
                timeout=timeout_seconds,
                socket_timeout=timeout_seconds,
                socket_connect_timeout=timeout_seconds,
                retry=Retry(NoBackoff(), 0),
                protocol=2,
                driver_info=None,
            )
        )
        self._breaker = Breaker(
            retry_seconds=retry_seconds, clock=time.monotonic, changed=self._changed
        )

    def script(self, text: str) -> Script:
        registered = self._redis.register_script(text)

        async def run(keys: Sequence[Key], args: Sequence[bytes | str | int] = ()) -> Any:
            return await self.ask(lambda _: registered(keys=keys, args=args))

        return run

    async def ask(self, command: Callable[[Redis], Awaitable[T]]) -> T:
        """What the server answers. Raises Away, whatever is wrong with it.

        The command runs in a task of its own that is never cancelled, neither with the caller nor
        for being late: its reply, still on the way, would be taken for that of the connection's
        next command.
        """
        era = self._breaker.admit()
        if era is None:
            raise Away("left alone")
        if not self._available:
            self._start(self._probe(era))  # type: ignore[unused-awaitable]  # by nobody
            raise Away("left alone")
        task = self._start(self._run(era, command))
        done, _ = await asyncio.wait({task}, timeout=self._timeout_seconds)
        if not done:
            self._breaker.failed(era, late := f"no answer within {self._timeout_seconds} s")
            raise Away(late)
        return task.result()

    async def close(self) -> None:
        """Waits for what is being asked, which is not for long, and hangs up."""
        if self._asking:
            await asyncio.wait(self._asking)
        await self._redis.aclose()

    async def _run(self, era: int, command: Callable[[Redis], Awaitable[T]]) -> T:
        try:
            answer = await command(self._redis)
        except Exception as error:  # whatever it is: callers go on without
            why = f"{type(error).__name__}: {error}"
            self._breaker.failed(era, why)
            raise Away(why) from error
        self._breaker.succeeded(era)
        return answer

    async def _probe(self, era: int) -> None:
        """By writing: a server that answers and takes nothing is of no use. One that fails says
        nothing new; the next follows in time."""
        await self._run(era, lambda redis: redis.set(_PROBE, b"", px=1_000))

    def _start(self, asking: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(asking)
        self._asking.add(task)
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[Any]) -> None:
        """Who gave up waiting does not hear what became of it, and need not."""
        self._asking.discard(task)
        if not task.cancelled():
            task.exception()

    def _changed(self, available: bool, why: str) -> None:
        self._available = available
        if available:
            _logger.info("Redis is back")
        else:
            _logger.warning("Redis is away: %s", why)
