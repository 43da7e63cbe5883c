"""Rate limits that all processes count together, in Redis or Valkey."""

from collections.abc import Sequence

from application.ports.limits import Allowance, RateLimiter, Use
from infrastructure.redis.script import TAKE
from infrastructure.redis.server import Away, RedisServer


class RedisRateLimiter(RateLimiter):
    """One trip per call."""

    def __init__(self, server: RedisServer, *, prefix: str, fallback: RateLimiter) -> None:
        """`fallback` limits what is strict while the server is away. Every key begins with
        `prefix`."""
        self._prefix = prefix.encode()
        self._fallback = fallback
        self._take = server.script(TAKE)

    async def take(self, uses: Sequence[Use], *, strict: bool) -> Sequence[Allowance]:
        if not uses:
            return []
        try:
            answer = await self._ask(uses)
        except Away:
            if strict:
                return await self._fallback.take(uses, strict=True)
            return [Allowance.of(use.limit, whole_in_us=0, retry_in_us=0) for use in uses]
        return [
            Allowance.of(use.limit, whole_in_us=whole_in, retry_in_us=retry_in)
            for use, whole_in, retry_in in zip(uses, answer[::2], answer[1::2], strict=True)
        ]

    async def _ask(self, uses: Sequence[Use]) -> list[int]:
        numbers = [number for use in uses for number in (use.limit.interval_us, use.limit.quota)]
        answer: list[int] = await self._take([self._key(use) for use in uses], numbers)
        return answer

    def _key(self, use: Use) -> bytes:
        limit = use.limit
        policy = f"{limit.name}:{limit.quota}:{limit.window_seconds}:".encode()
        return self._prefix + policy + use.bucket.encode("utf-8", "surrogatepass")
