"""The contract, and what several processes see of each other."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Sequence

import pytest
from redis.asyncio import Redis

from application.ports.figures import FRESH_SECONDS
from infrastructure.memory.figures import MemoryRecentFigures
from infrastructure.redis.figures import RedisRecentFigures
from infrastructure.redis.server import RedisServer
from shared.errors import DatabaseUnavailable
from tests.adapters.redis.patience import LONG, use_time_of_loop, wait_for
from tests.adapters.redis.server import Valkey
from tests.contracts.figures import FiguresUnderTest, RecentFiguresContract, Sight
from tests.random.virtual import run

TIMEOUT, RETRY = 0.3, 0.2


class OnRedis(FiguresUnderTest):
    """A process; those with one `prefix` share. Patient, because the machine may be busy."""

    def __init__(
        self, url: str, prefix: str = "", *, timeout_seconds: float = LONG, stands: bool = False
    ) -> None:
        self.prefix = prefix or f"test-{uuid.uuid4().hex}:"
        self.passed = 0.0
        self.stands = stands
        self.server = RedisServer(url, timeout_seconds=timeout_seconds, retry_seconds=RETRY)
        self.redis: Redis = Redis.from_url(url)
        self.recent = self.ours = RedisRecentFigures(
            self.server,
            prefix=self.prefix,
            own=MemoryRecentFigures(self.clock),
            clock=self.clock,
        )

    def clock(self) -> float:
        """It goes on by itself, unless it `stands`: then time passes where a test says so, but for
        what the server counts."""
        return self.passed + (0 if self.stands else time.monotonic())

    async def pass_time(self, seconds: float) -> None:
        self.passed += seconds
        async for key in self.redis.scan_iter(match=f"{self.prefix}*", count=1000):
            left_ms = await self.redis.pttl(key) - round(seconds * 1000)
            await self.redis.pexpire(key, left_ms)  # which removes it where nothing is left

    async def settle(self, sight: Sight) -> None:
        async with asyncio.timeout(60):
            await asyncio.sleep(0.005)  # the question reaches the server, or need not
            while self.ours._asking or not sight.looks:
                await asyncio.sleep(0.005)
        await super().settle(sight)

    async def close(self) -> None:
        await self.ours.close()
        await self.server.close()
        await self.redis.aclose()


class Frozen(OnRedis):
    """Only the running loop's time passes for it."""

    def clock(self) -> float:
        return asyncio.get_running_loop().time()


async def closed(processes: Sequence[OnRedis]) -> None:
    for each in processes:
        await each.close()


class TestRedisRecentFigures(RecentFiguresContract):
    @pytest.fixture
    async def under_test(self, valkey: Valkey) -> AsyncIterator[OnRedis]:
        under_test = OnRedis(valkey.url, stands=True)
        yield under_test
        await under_test.close()

    @pytest.fixture
    async def other(self, under_test: OnRedis, valkey: Valkey) -> AsyncIterator[OnRedis]:
        other = OnRedis(valkey.url, under_test.prefix, stands=True)
        yield other
        await other.close()

    async def test_one_look_for_all_processes(self, under_test: OnRedis, other: OnRedis) -> None:
        sight = Sight()
        await under_test.sold(sight, 60)
        await under_test.pass_time(20)
        assert await other.sold(sight, 30) == (0, 20), "how old they are is known everywhere"
        assert sight.looks == 1
        sight.sold = 1
        assert await other.sold(sight, 10) == (1, 0)

    async def test_what_one_forgets_all_forget(self, under_test: OnRedis, other: OnRedis) -> None:
        """Also the one who has looked itself, and remembers."""
        sight = Sight()
        for each in (other, under_test):
            await each.sold(sight, 60)
        sight.sold = 1
        await other.pass_time(2 * FRESH_SECONDS)
        await under_test.recent.forget([sight.event_id])
        assert (await other.sold(sight, 60))[0] == 1

    async def test_a_look_from_before_the_change_reaches_nobody(
        self, under_test: OnRedis, other: OnRedis
    ) -> None:
        """It was under way at one process while another heard of the change."""
        sight = Sight()
        sight.open.clear()
        waiting = await under_test.asks(sight, 60)
        await other.recent.forget([sight.event_id])
        sight.open.set()
        assert (await waiting)[0] == 0
        sight.sold = 1
        for each in (other, under_test):
            await each.pass_time(2 * FRESH_SECONDS)
            assert (await each.sold(sight, 60))[0] == 1

    async def test_flushed(self, under_test: OnRedis) -> None:
        sight = Sight()
        await under_test.sold(sight, 60)
        await under_test.redis.flushall()
        await under_test.pass_time(1)
        assert (await under_test.sold(sight, 60))[0] == 0
        sight.sold = 1
        await under_test.recent.forget([sight.event_id])
        await under_test.redis.flushall()
        await under_test.pass_time(1)
        assert (await under_test.sold(sight, 60))[0] == 1

    @pytest.mark.parametrize(
        "text",
        [
            b"\xff",
            b"null",
            b"{}",
            b'{"as_of": "2030-01-01T00:00:00Z", "pools": {"x": [1, 0, 0]}}',
            b'{"as_of": "2030-01-01T00:00:00", "pools": {}}',
            b'{"as_of": "2030-01-01T00:00:00Z", '
            b'"pools": {"11111111-1111-4111-8111-111111111111": [1, 1, 1]}}',
        ],
    )
    async def test_what_somebody_else_wrote_there(self, under_test: OnRedis, text: bytes) -> None:
        sight = Sight()
        await under_test.redis.set(f"{under_test.prefix}{sight.event_id}", text, px=60_000)
        assert await under_test.sold(sight, 60) == (0, 0)
        assert sight.looks == 1


class TestOutages:
    @pytest.fixture
    async def processes(self, own_valkey: Valkey) -> AsyncIterator[list[OnRedis]]:
        processes = [OnRedis(own_valkey.url, "test:") for _ in range(2)]
        yield processes
        await closed(processes)

    async def test_killed(self, own_valkey: Valkey, processes: list[OnRedis]) -> None:
        """Each process remembers by itself, as young as was asked for."""
        sight, (process, _) = Sight(), processes
        await process.sold(sight, 60)
        own_valkey.kill()
        sight.sold = 1
        process.passed += 20
        assert await process.sold(sight, 60) == (0, 20)
        assert await process.sold(sight, 10) == (1, 0)
        sight.sold = 2
        process.passed += 1
        await process.recent.forget([sight.event_id])
        assert await process.sold(sight, 60) == (2, 0), "of its own it can forget"
        sight.fails = True
        with pytest.raises(DatabaseUnavailable):
            await process.sold(sight, 0)

    async def test_what_could_not_be_told_is_told_later(
        self, own_valkey: Valkey, processes: list[OnRedis]
    ) -> None:
        """Its figures outlive its absence."""
        process, other = processes
        sight = Sight()
        await other.sold(sight, 60)
        sight.sold = 1
        await process.sold(Sight(), 60)  # there is a connection
        wait_for(process.server, TIMEOUT)
        own_valkey.freeze()
        await process.recent.forget([sight.event_id])
        await asyncio.sleep(0.5)
        wait_for(process.server, LONG)
        own_valkey.thaw()
        async with asyncio.timeout(60):
            while (await other.sold(sight, 60))[0] == 0:
                await asyncio.sleep(0.05)

    def test_frozen(self, own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who asks when it freezes waits for the timeout; nobody waits after that. Time passes only
        where everybody waits."""
        own_valkey.freeze()

        async def main() -> None:
            use_time_of_loop(monkeypatch)
            clock = asyncio.get_running_loop().time
            sight, process = Sight(), Frozen(own_valkey.url, timeout_seconds=TIMEOUT)
            times = []
            for _ in range(40):
                began = clock()
                await process.sold(sight, 60)
                await process.recent.forget([sight.event_id])
                times.append(clock() - began)
                await asyncio.sleep(0.02)
            await process.close()
            assert times == [pytest.approx(TIMEOUT), *[0] * 39]
            assert sight.looks <= 2 + sum(times, 40 * 0.02) / FRESH_SECONDS

        run(main, seed=0)

    async def test_what_was_sent_before_it_froze(
        self, own_valkey: Valkey, processes: list[OnRedis]
    ) -> None:
        """It is performed when the server goes on. Figures have aged by then, and those from
        before a change are not taken."""
        process, other = processes
        sight, changed = Sight(), Sight()
        await process.sold(Sight(), 60)  # the server knows the scripts
        for each in (sight, changed):
            each.open.clear()
        waiting = [await process.asks(each, 60) for each in (sight, changed)]
        await other.recent.forget([changed.event_id])
        wait_for(process.server, TIMEOUT)
        own_valkey.freeze()
        try:
            for each in (sight, changed):
                each.open.set()
                each.sold = 1
            assert [(await each)[0] for each in waiting] == [0, 0]
            await asyncio.sleep(1)
        finally:
            own_valkey.thaw()
        redis, keys = other.redis, [f"test:{each.event_id}" for each in (sight, changed)]
        async with asyncio.timeout(60):
            while not await redis.exists(keys[0]):
                await asyncio.sleep(0.01)
        assert await redis.pttl(keys[0]) < 59_000
        assert not await redis.exists(keys[1])
