"""The contract, and what is particular to a server that counts."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import NoReturn
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from application.ports.limits import Allowance, Limit, RateLimiter, Use
from infrastructure.redis.limits import RedisRateLimiter
from infrastructure.redis.server import RedisServer
from tests.adapters.redis.server import Valkey
from tests.contracts.limits_of_rates import (
    FEW,
    HOURLY,
    LimiterUnderTest,
    RateLimiterContract,
    somebody,
)


class NoFallback(RateLimiter):
    """The server is there in these tests: nobody else may be asked."""

    async def take(self, uses: Sequence[Use], *, strict: bool) -> NoReturn:
        raise AssertionError("the server was not asked")


class OnRedis(LimiterUnderTest):
    """Patient, because the machine may be busy with other tests."""

    def __init__(self, url: str) -> None:
        self.prefix = f"test-{uuid4().hex}:"
        self.redis: Redis = Redis.from_url(url)
        self.server = RedisServer(url, timeout_seconds=20)
        self.limiter = self.of(self.server)

    def of(self, server: RedisServer) -> RedisRateLimiter:
        return RedisRateLimiter(server, prefix=self.prefix, fallback=NoFallback())

    async def keys(self) -> list[bytes]:
        return [key async for key in self.redis.scan_iter(match=f"{self.prefix}*", count=1000)]

    async def pass_time(self, seconds: float) -> None:
        """What is kept moves into the past, which is the same."""
        for key in await self.keys():
            left_ms = await self.redis.pttl(key) - round(seconds * 1000)
            if left_ms > 0:
                await self.redis.decrby(key, round(seconds * 1_000_000))
                await self.redis.pexpire(key, left_ms)
            else:
                await self.redis.delete(key)

    async def close(self) -> None:
        await self.server.close()
        await self.redis.aclose()


class TestRedisRateLimiter(RateLimiterContract):
    @pytest.fixture
    async def under_test(self, valkey: Valkey) -> AsyncIterator[OnRedis]:
        under_test = OnRedis(valkey.url)
        yield under_test
        await under_test.close()

    async def test_in_real_time(self, under_test: OnRedis) -> None:
        """Five a second come back, by the server's own clock."""
        limit, bucket = Limit(name="quick", quota=5, window_seconds=1), somebody()
        began, taken = time.monotonic(), 0
        async with asyncio.timeout(60):
            while taken < 5 + 4:
                taken += (await under_test.one(limit, bucket)).allowed
                assert taken <= 5 + (time.monotonic() - began) * 5
                await asyncio.sleep(0.02)

    async def test_buckets_expire_when_they_are_whole(self, under_test: OnRedis) -> None:
        await under_test.one(FEW, somebody())
        (key,) = await under_test.keys()
        assert 1_190_000 < await under_test.redis.pttl(key) <= 1_200_001
        await under_test.one(Limit(name="short", quota=100, window_seconds=1), somebody())
        await asyncio.sleep(0.05)
        assert await under_test.keys() == [key]

    async def test_processes_count_together(self, under_test: OnRedis, valkey: Valkey) -> None:
        server, bucket = RedisServer(valkey.url, timeout_seconds=20), somebody()
        calls = [
            limiter.take([Use(limit=HOURLY, bucket=bucket)], strict=False)
            for limiter in (under_test.limiter, under_test.of(server)) * 50
        ]
        told = await asyncio.gather(*calls)
        await server.close()
        assert sum(each.allowed for (each,) in told) == 60

    async def test_prefixes_are_apart(self, under_test: OnRedis, valkey: Valkey) -> None:
        other, bucket = OnRedis(valkey.url), somebody()
        assert await under_test.drain(FEW, bucket) == await other.drain(FEW, bucket) == 3
        await other.close()

    async def test_a_server_that_lost_the_script(self, under_test: OnRedis) -> None:
        bucket = somebody()
        await under_test.one(FEW, bucket)
        await under_test.redis.script_flush()
        assert (await under_test.one(FEW, bucket)).remaining == 1

    async def test_a_clock_that_was_put_back(self, under_test: OnRedis) -> None:
        """Nobody waits for longer than a window."""
        bucket = somebody()
        await under_test.one(FEW, bucket)
        (key,) = await under_test.keys()
        await under_test.redis.incrby(key, 10**12)
        told = await under_test.one(FEW, bucket)
        assert (told.remaining, told.reset_seconds) == (0, 3600)
        assert told.retry_seconds == 1200

    async def test_callers_who_leave_early(self, under_test: OnRedis) -> None:
        """Nobody gets the answer to somebody else's call, and no connection is lost by that."""
        limits = [Limit(name=f"n{n}", quota=1000 * n, window_seconds=3600) for n in range(1, 9)]
        buckets = [somebody() for _ in limits]

        async def call(n: int) -> Allowance:
            return await under_test.one(limits[n % 8], buckets[n % 8])

        async def connections_made() -> int:
            stats = await under_test.redis.info("stats")
            return int(stats["total_connections_received"])

        await asyncio.gather(*map(call, range(32)))
        before = await connections_made()
        for turns in range(12):
            calls = [asyncio.create_task(call(n)) for n in range(32)]
            for _ in range(turns):
                await asyncio.sleep(0)
            for each in calls[::2]:
                each.cancel()
            for n, told in enumerate(await asyncio.gather(*calls, return_exceptions=True)):
                if isinstance(told, Allowance):
                    quota = limits[n % 8].quota
                    assert quota - 500 < told.remaining < quota
                else:
                    assert isinstance(told, asyncio.CancelledError) and n % 2 == 0
        assert await connections_made() == before
