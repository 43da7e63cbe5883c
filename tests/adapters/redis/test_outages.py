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
from tests.adapters.redis.patience import LONG, at_once, use_time_of_loop, wait_for
from tests.adapters.redis.server import Valkey
from tests.contracts.limits_of_rates import FEW, HOURLY, somebody
from tests.random.virtual import run

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
    url: str, fallback: RateLimiter, *, timeout: float = LONG, retry: float = 1.0
) -> AsyncIterator[RedisRateLimiter]:
    server = RedisServer(url, timeout_seconds=timeout, retry_seconds=retry)
    yield RedisRateLimiter(server, prefix="test:", fallback=fallback)
    await server.close()


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.message for each in caplog.records if each.name == LOGGER]


class TestOutages:
    @pytest.fixture
    def fallback(self) -> Fallback:
        return Fallback()

    @pytest.fixture
    async def limiter(
        self, own_valkey: Valkey, fallback: Fallback
    ) -> AsyncIterator[RedisRateLimiter]:
        async with limiting(own_valkey.url, fallback, retry=RETRY) as limiter:
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
        async with asyncio.timeout(60):
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
            away, back = said(caplog)
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
        assert said(caplog) == []

    async def test_frozen(self, own_valkey: Valkey, fallback: Fallback) -> None:
        """What was sent before it froze is performed late; no answer gets to somebody else."""
        bucket, server = somebody(), RedisServer(
            own_valkey.url, timeout_seconds=LONG, retry_seconds=RETRY
        )
        limiter = RedisRateLimiter(server, prefix="test:", fallback=fallback)
        assert (await self.one(limiter, bucket, HOURLY)).remaining == 59
        wait_for(server, TIMEOUT)
        own_valkey.freeze()
        try:
            crowd = await asyncio.gather(*(self.one(limiter, bucket, HOURLY) for _ in range(100)))
            assert all(each.allowed for each in crowd)
        finally:
            wait_for(server, LONG)
            own_valkey.thaw()
        await self.until_counted(limiter)
        assert 0 <= (await self.one(limiter, bucket, HOURLY)).remaining < 59
        assert await self.many(limiter, strict=True) == 3
        assert fallback.asked == []
        await server.close()

    def test_nobody_waits_for_a_frozen_server(
        self, own_valkey: Valkey, fallback: Fallback, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who asks when it freezes waits for the timeout, also who waits for a connection first;
        after that nobody waits at all, nor for the probes. Time passes only where everybody
        waits."""
        own_valkey.freeze()

        async def main() -> None:
            use_time_of_loop(monkeypatch)
            clock = asyncio.get_running_loop().time
            async with limiting(own_valkey.url, fallback, timeout=TIMEOUT, retry=RETRY) as limiter:
                crowd = await asyncio.gather(*(self.one(limiter, "same") for _ in range(100)))
                assert clock() == pytest.approx(TIMEOUT)
                assert all(each.allowed for each in crowd)
                for _ in range(40):
                    assert at_once(self.one(limiter, "same")).allowed
                    await asyncio.sleep(RETRY / 10)
                told = [at_once(self.one(limiter, "same", strict=True)) for _ in range(4)]
                assert [each.allowed for each in told] == [True, True, False, False]

        run(main, seed=0)
        assert len(fallback.asked) == 4

    async def test_a_server_that_is_slow(self, fallback: Fallback) -> None:
        """Each of its replies is in time; all that a call needs together are not."""
        replies = 0

        async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal replies
            while await reader.read(65536):
                await asyncio.sleep(0.4)
                replies += 1
                writer.write(b"-NOSCRIPT\r\n")
            writer.close()

        server = await asyncio.start_server(reply, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with limiting(f"redis://127.0.0.1:{port}/0", fallback, timeout=0.5) as limiter:
            began = time.monotonic()
            assert (await self.one(limiter, "same")).allowed
            assert time.monotonic() - began > 0.49 and replies <= 1
        server.close()
        await server.wait_closed()

    async def test_a_server_that_refuses(
        self, own_valkey: Valkey, limiter: RedisRateLimiter, caplog: pytest.LogCaptureFixture
    ) -> None:
        redis: Redis = Redis.from_url(own_valkey.url)
        await redis.config_set("maxmemory", 1)
        assert await self.many(limiter, strict=False) == 20
        assert await self.many(limiter, strict=True) == 2
        (message,) = said(caplog)
        assert "OutOfMemoryError" in message
        await redis.config_set("maxmemory", 0)
        await self.until_counted(limiter)
        await redis.config_set("requirepass", "s3cret-canary")
        await redis.aclose()
        url = own_valkey.url.replace("//", "//:wr0ng-canary@")
        async with limiting(url, Fallback()) as stranger:
            assert await self.many(stranger, strict=False) == 20
        assert "AuthenticationError" in said(caplog)[-1]
        assert "canary" not in caplog.text

    async def test_a_server_that_never_was(self, fallback: Fallback) -> None:
        async with limiting("redis://127.0.0.1:1/0", fallback) as limiter:
            assert await self.many(limiter, strict=False) == 20
            assert await self.many(limiter, strict=True) == 2
