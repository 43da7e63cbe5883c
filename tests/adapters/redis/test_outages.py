"""The server dies, comes back, freezes: callers go on, what takes stock stays limited."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from application.ports.limits import Allowance, Limit, RateLimiter, Use
from infrastructure.redis.limits import RedisRateLimiter
from infrastructure.redis.server import RedisServer
from tests.adapters.redis.server import Valkey
from tests.contracts.limits_of_rates import FEW, HOURLY, somebody

TIMEOUT, RETRY = 0.25, 0.3
LOGGER = "infrastructure.redis.server"


class Fallback(RateLimiter):
    """Allows two uses of anything in all, and notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Sequence[Use]] = []

    async def take(self, uses: Sequence[Use], *, strict: bool) -> Sequence[Allowance]:
        assert strict
        self.asked.append(uses)
        retry = 0 if len(self.asked) <= 2 else 1
        return [Allowance.of(use.limit, whole_in_us=1, retry_in_us=retry) for use in uses]


@asynccontextmanager
async def limiting(
    url: str, fallback: RateLimiter, *, timeout: float = 0.25, retry: float = 1.0
) -> AsyncIterator[RedisRateLimiter]:
    server = RedisServer(url, timeout_seconds=timeout, retry_seconds=retry)
    yield RedisRateLimiter(server, prefix="test:", fallback=fallback)
    await server.close()


class TestOutages:
    @pytest.fixture
    def fallback(self) -> Fallback:
        return Fallback()

    @pytest.fixture
    async def limiter(
        self, own_valkey: Valkey, fallback: Fallback
    ) -> AsyncIterator[RedisRateLimiter]:
        async with limiting(own_valkey.url, fallback, timeout=TIMEOUT, retry=RETRY) as limiter:
            yield limiter

    async def one(
        self, limiter: RateLimiter, bucket: str, limit: Limit = FEW, *, strict: bool = False
    ) -> Allowance:
        (told,) = await limiter.take([Use(limit=limit, bucket=bucket)], strict=strict)
        return told

    async def many(self, limiter: RateLimiter, times: int = 20, *, strict: bool) -> int:
        """How many of so many uses of one bucket, one after the other, are allowed."""
        bucket = somebody()
        told = [await self.one(limiter, bucket, strict=strict) for _ in range(times)]
        return sum(each.allowed for each in told)

    async def until_counted(self, limiter: RateLimiter) -> None:
        """The server counts again: it alone tells that a quota is used up."""
        async with asyncio.timeout(20):
            while await self.many(limiter, 5, strict=False) == 5:
                await asyncio.sleep(0.05)

    async def test_killed_in_the_middle(
        self, own_valkey: Valkey, limiter: RedisRateLimiter, fallback: Fallback
    ) -> None:
        assert await self.many(limiter, strict=False) == 3
        assert await self.many(limiter, strict=True) == 3
        bucket = somebody()
        calls = [asyncio.create_task(self.one(limiter, bucket, HOURLY)) for _ in range(200)]
        await asyncio.wait(calls[:40], return_when=asyncio.FIRST_COMPLETED)
        own_valkey.kill()
        told = await asyncio.gather(*calls)
        assert len(told) == 200 and min(each.remaining for each in told) >= 0
        assert await self.many(limiter, strict=False) == 20
        assert fallback.asked == []
        assert await self.many(limiter, strict=True) == 2
        assert len(fallback.asked) == 20

    async def test_started_again(
        self, own_valkey: Valkey, limiter: RedisRateLimiter, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, LOGGER)
        for _ in range(2):
            caplog.clear()
            assert await self.many(limiter, strict=False) == 3
            own_valkey.kill()
            told = await asyncio.gather(*(self.one(limiter, "same") for _ in range(50)))
            assert all(each.allowed for each in told)
            await asyncio.sleep(2 * RETRY)
            assert await self.many(limiter, strict=False) == 20
            own_valkey.start()
            await self.until_counted(limiter)
            assert await self.many(limiter, strict=True) == 3
            away, back = caplog.messages
            assert away.startswith("Redis is away: ")
            assert back == "Redis is back"

    async def test_restarted_between_two_calls(
        self, own_valkey: Valkey, limiter: RedisRateLimiter, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The connections are dead, and nobody needs to notice."""
        assert await self.many(limiter, strict=False) == 3
        own_valkey.kill()
        own_valkey.start()
        await asyncio.sleep(0)
        assert await self.many(limiter, strict=True) == 3
        assert caplog.messages == []

    async def test_frozen(
        self, own_valkey: Valkey, limiter: RedisRateLimiter, fallback: Fallback
    ) -> None:
        """Who asks when it freezes waits for the timeout; after that nobody waits at all."""
        bucket, longest = somebody(), 0.0
        assert (await self.one(limiter, bucket, HOURLY)).remaining == 59

        async def timed(strict: bool) -> Allowance:
            nonlocal longest
            began = time.monotonic()
            told = await self.one(limiter, bucket, HOURLY, strict=strict)
            longest = max(longest, time.monotonic() - began)
            return told

        own_valkey.freeze()
        try:
            crowd = await asyncio.gather(*(timed(strict=False) for _ in range(100)))
            assert all(each.allowed for each in crowd)
            began, calls, first, longest = time.monotonic(), 0, longest, 0.0
            while time.monotonic() < began + 4 * RETRY:
                await timed(strict=False)
                calls += 1
                await asyncio.sleep(0.005)
            assert TIMEOUT - 0.01 <= first < TIMEOUT + 0.4
            assert calls > 20 and longest < TIMEOUT - 0.05, "nobody waits for the probes"
            assert [(await timed(strict=True)).allowed for _ in range(4)] == [True, True] + [
                False
            ] * 2
        finally:
            own_valkey.thaw()
        await self.until_counted(limiter)
        # What was sent before it froze was performed late; no answer got to somebody else.
        told = await self.one(limiter, bucket, HOURLY)
        assert 0 <= told.remaining < 59
        assert await self.many(limiter, strict=True) == 3
        assert len(fallback.asked) == 4

    async def test_a_crowd_before_a_frozen_server(self, own_valkey: Valkey) -> None:
        """Also who waits for a connection, and then for an answer, waits no longer in all."""
        async with limiting(own_valkey.url, Fallback(), timeout=0.5) as limiter:
            own_valkey.freeze()
            began = time.monotonic()
            told = await asyncio.gather(*(self.one(limiter, "same") for _ in range(100)))
            assert time.monotonic() - began < 0.9
            assert all(each.allowed for each in told)
            own_valkey.thaw()

    async def test_a_server_that_is_slow(self, fallback: Fallback) -> None:
        """Each of its replies is in time; all that a call needs together are not."""

        async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while await reader.read(65536):
                await asyncio.sleep(0.4)
                writer.write(b"-NOSCRIPT\r\n")
            writer.close()

        server = await asyncio.start_server(reply, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with limiting(f"redis://127.0.0.1:{port}/0", fallback, timeout=0.5) as limiter:
            began = time.monotonic()
            assert (await self.one(limiter, "same")).allowed
            assert 0.49 < time.monotonic() - began < 0.7
        server.close()
        await server.wait_closed()

    async def test_a_server_that_refuses(
        self, own_valkey: Valkey, limiter: RedisRateLimiter, caplog: pytest.LogCaptureFixture
    ) -> None:
        redis: Redis = Redis.from_url(own_valkey.url)
        await redis.config_set("maxmemory", 1)
        assert await self.many(limiter, strict=False) == 20
        assert await self.many(limiter, strict=True) == 2
        (message,) = caplog.messages
        assert "OutOfMemoryError" in message
        await redis.config_set("maxmemory", 0)
        await self.until_counted(limiter)
        await redis.config_set("requirepass", "s3cret-canary")
        await redis.aclose()
        url = own_valkey.url.replace("//", "//:wr0ng-canary@")
        async with limiting(url, Fallback()) as stranger:
            assert await self.many(stranger, strict=False) == 20
        assert "AuthenticationError" in caplog.messages[-1]
        assert "canary" not in caplog.text

    async def test_a_server_that_never_was(self, fallback: Fallback) -> None:
        async with limiting("redis://127.0.0.1:1/0", fallback) as limiter:
            assert await self.many(limiter, strict=False) == 20
            assert await self.many(limiter, strict=True) == 2
