"""Rate limits that all processes count together, in Redis or Valkey."""

import asyncio
import logging
import time
from collections.abc import Sequence

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from application.ports.limits import Allowance, RateLimiter, Use
from infrastructure.redis.script import TAKE
from shared.breaker import Breaker

_logger = logging.getLogger(__name__)

_CONNECTIONS = 32


class RedisRateLimiter(RateLimiter):
    """One trip per call. No call waits for longer than `timeout_seconds`; a server that fails one
    is left alone for `retry_seconds`."""

    def __init__(
        self,
        url: str,
        *,
        prefix: str,
        fallback: RateLimiter,
        timeout_seconds: float = 0.25,
        retry_seconds: float = 1.0,
    ) -> None:
        """`fallback` limits what is strict while the server is away. Every key begins with
        `prefix`. Nothing is opened yet."""
        self._prefix = prefix.encode()
        self._fallback = fallback
        self._timeout_seconds = timeout_seconds
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
        self._take = self._redis.register_script(TAKE)
        self._breaker = Breaker(
            retry_seconds=retry_seconds, clock=time.monotonic, changed=_tell_availability
        )
        self._asking: set[asyncio.Task[list[int] | None]] = set()

    async def take(self, uses: Sequence[Use], *, strict: bool) -> Sequence[Allowance]:
        if not uses:
            return []
        answer = await self._ask(uses)
        if answer is not None:
            return [
                Allowance.of(use.limit, whole_in_us=whole_in, retry_in_us=retry_in)
                for use, whole_in, retry_in in zip(uses, answer[::2], answer[1::2], strict=True)
            ]
        if strict:
            return await self._fallback.take(uses, strict=True)
        return [Allowance.of(use.limit, whole_in_us=0, retry_in_us=0) for use in uses]

    async def close(self) -> None:
        """Waits for what is being asked, which is not for long, and hangs up."""
        if self._asking:
            await asyncio.wait(self._asking)
        await self._redis.aclose()

    async def _ask(self, uses: Sequence[Use]) -> list[int] | None:
        """The script's answer, or None when there was none in time.

        The command runs in a task of its own that is never cancelled, neither with the caller nor
        for being late: its reply, still on the way, would be taken for that of the connection's
        next command.
        """
        era = self._breaker.admit()
        if era is None:
            return None
        task = asyncio.create_task(self._run(era, uses))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        done, _ = await asyncio.wait({task}, timeout=self._timeout_seconds)
        if not done:
            self._breaker.failed(era, f"no answer within {self._timeout_seconds} s")
            return None
        answer = task.result()
        if answer is not None:
            self._breaker.succeeded(era)
        return answer

    async def _run(self, era: int, uses: Sequence[Use]) -> list[int] | None:
        try:
            numbers = [
                number for use in uses for number in (use.limit.interval_us, use.limit.quota)
            ]
            answer: list[int] = await self._take(keys=list(map(self._key, uses)), args=numbers)
        except Exception as error:  # whatever it is: callers are promised an answer
            self._breaker.failed(era, f"{type(error).__name__}: {error}")
            return None
        return answer

    def _key(self, use: Use) -> bytes:
        limit = use.limit
        policy = f"{limit.name}:{limit.quota}:{limit.window_seconds}:".encode()
        return self._prefix + policy + use.bucket.encode("utf-8", "surrogatepass")


def _tell_availability(available: bool, why: str) -> None:
    if available:
        _logger.info("the server of rate limits is back")
    else:
        _logger.warning("the server of rate limits is away: %s", why)
