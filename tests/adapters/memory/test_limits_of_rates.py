import pytest

from infrastructure.memory.limits import MemoryRateLimiter
from tests.contracts.limits_of_rates import (
    FEW,
    HOURLY,
    LimiterUnderTest,
    RateLimiterContract,
    somebody,
)


class OnMemoryLimiter(LimiterUnderTest):
    def __init__(self, most_buckets: int = 100_000) -> None:
        self.now = 1e6
        self.limiter = MemoryRateLimiter(lambda: self.now, most_buckets)
        self.kept = self.limiter

    async def pass_time(self, seconds: float) -> None:
        self.now += seconds


class TestMemoryRateLimiter(RateLimiterContract):
    @pytest.fixture
    def under_test(self) -> OnMemoryLimiter:
        return OnMemoryLimiter()

    async def test_what_is_whole_again_is_forgotten(self, under_test: OnMemoryLimiter) -> None:
        for _ in range(1000):
            await under_test.one(FEW, somebody())
        busy = somebody()
        await under_test.drain(FEW, busy)
        assert len(under_test.kept) == 1001
        await under_test.pass_time(1201)
        for number in range(400):
            await under_test.one(HOURLY, somebody())
        assert len(under_test.kept) == 401, "all but the busy one and the new ones"
        assert await under_test.drain(FEW, busy) == 1

    async def test_never_more_buckets_than_allowed(self) -> None:
        """And those that have used up the most stay."""
        under_test = OnMemoryLimiter(most_buckets=50)
        busy = [somebody() for _ in range(10)]
        for name in busy:
            await under_test.drain(FEW, name)
        for _ in range(1000):
            await under_test.one(FEW, somebody())
            assert len(under_test.kept) <= 50
            assert len(under_test.kept._queue) == len(under_test.kept)
        assert [await under_test.drain(FEW, name) for name in busy] == [0] * 10
