"""RateLimiter: never more than the quota, which comes back evenly; all of a call's uses or none."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import count

import pytest

from application.ports.limits import Allowance, Limit, RateLimiter, Use

# A use comes back each minute: what passes while a test runs does not matter.
HOURLY = Limit(name="writes", quota=60, window_seconds=3600)
FEW = Limit(name="few", quota=3, window_seconds=3600)
_numbers = count()


def somebody() -> str:
    """Whom no test has named before."""
    return f"somebody-{next(_numbers)}"


class LimiterUnderTest(ABC):
    limiter: RateLimiter

    @abstractmethod
    async def pass_time(self, seconds: float) -> None: ...

    async def take(self, *uses: tuple[Limit, str]) -> Sequence[Allowance]:
        return await self.limiter.take(
            [Use(limit=limit, bucket=bucket) for limit, bucket in uses], strict=True
        )

    async def one(self, limit: Limit, bucket: str) -> Allowance:
        (allowance,) = await self.take((limit, bucket))
        return allowance

    async def drain(self, limit: Limit, bucket: str, most: int = 1000) -> int:
        """How many uses are allowed until the first that is not."""
        for allowed in range(most):
            if not (await self.one(limit, bucket)).allowed:
                return allowed
        return most


class RateLimiterContract:
    async def test_exactly_the_quota(self, under_test: LimiterUnderTest) -> None:
        for limit in (
            HOURLY,
            Limit(name="one", quota=1, window_seconds=3600),
            Limit(name="odd", quota=7, window_seconds=3601),
            Limit(name="many", quota=997, window_seconds=10**7),
        ):
            assert await under_test.drain(limit, somebody()) == limit.quota

    async def test_what_is_left_is_told(self, under_test: LimiterUnderTest) -> None:
        limit, bucket = FEW, somebody()
        told = [await under_test.one(limit, bucket) for _ in range(5)]
        assert [each.remaining for each in told] == [2, 1, 0, 0, 0]
        assert [each.allowed for each in told] == [True, True, True, False, False]
        assert [each.limit for each in told] == [limit] * 5
        resets = [each.reset_seconds for each in told]
        assert resets == pytest.approx([1200, 2400, 3600, 3600, 3600], abs=20)
        retries = [each.retry_seconds for each in told]
        assert retries == pytest.approx([0, 0, 0, 1200, 1200], abs=20)
        assert retries[:3] == [0, 0, 0]

    async def test_uses_come_back_evenly(self, under_test: LimiterUnderTest) -> None:
        bucket = somebody()
        assert await under_test.drain(HOURLY, bucket) == 60
        await under_test.pass_time(30)
        assert await under_test.drain(HOURLY, bucket) == 0
        await under_test.pass_time(31)
        assert await under_test.drain(HOURLY, bucket) == 1
        await under_test.pass_time(10 * 60)
        assert await under_test.drain(HOURLY, bucket) == 10

    async def test_never_more_than_the_quota_comes_back(self, under_test: LimiterUnderTest) -> None:
        bucket = somebody()
        await under_test.drain(HOURLY, bucket)
        await under_test.pass_time(10 * 3600)
        assert await under_test.drain(HOURLY, bucket) == 60

    async def test_waiting_as_told_is_enough(self, under_test: LimiterUnderTest) -> None:
        bucket = somebody()
        await under_test.drain(FEW, bucket)
        refused = await under_test.one(FEW, bucket)
        await under_test.pass_time(refused.retry_seconds - 20)
        assert not (await under_test.one(FEW, bucket)).allowed
        await under_test.pass_time(20.001)
        last = await under_test.one(FEW, bucket)
        assert last.allowed
        await under_test.pass_time(last.reset_seconds + 0.001)
        assert await under_test.drain(FEW, bucket) == 3

    async def test_a_refused_use_is_not_counted(self, under_test: LimiterUnderTest) -> None:
        bucket = somebody()
        await under_test.drain(HOURLY, bucket)
        for _ in range(100):
            assert not (await under_test.one(HOURLY, bucket)).allowed
        await under_test.pass_time(61)
        assert (await under_test.one(HOURLY, bucket)).allowed

    async def test_all_or_none(self, under_test: LimiterUnderTest) -> None:
        generous, mean = (HOURLY, somebody()), (FEW, somebody())
        for left in (2, 1, 0):
            told = await under_test.take(generous, mean)
            assert [each.remaining for each in told] == [57 + left, left]
            assert all(each.allowed for each in told)
        for order in ((generous, mean), (mean, generous)):
            told = await under_test.take(*order)
            by_limit = {each.limit: each for each in told}
            assert [each.limit for each in told] == [limit for limit, _ in order]
            assert by_limit[HOURLY].allowed and by_limit[HOURLY].remaining == 57
            assert not by_limit[FEW].allowed and by_limit[FEW].remaining == 0
            assert by_limit[HOURLY].reset_seconds == pytest.approx(180, abs=20)
        assert (await under_test.one(*generous)).remaining == 56

    async def test_the_same_twice_counts_twice(self, under_test: LimiterUnderTest) -> None:
        use = (FEW, somebody())
        told = await under_test.take(use, use)
        assert [each.remaining for each in told] == [2, 1]
        told = await under_test.take(use, use)
        assert [each.allowed for each in told] == [True, False]
        assert [each.remaining for each in told] == [1, 1]
        assert (await under_test.one(*use)).remaining == 0

    async def test_buckets_are_apart(self, under_test: LimiterUnderTest) -> None:
        bucket = somebody()
        assert await under_test.drain(FEW, bucket) == 3
        others = [
            (FEW, somebody()),
            (FEW, bucket + " "),
            (Limit(name="other", quota=3, window_seconds=3600), bucket),
            (Limit(name="few", quota=3, window_seconds=3601), bucket),
            (Limit(name="few", quota=4, window_seconds=3600), bucket),
        ]
        for limit, name in others:
            assert await under_test.drain(limit, name) == limit.quota

    @pytest.mark.parametrize("bucket", ["", ":", "{a}", "2001:db8::/64", "a\r\nb\0", "ü🐎\ud800"])
    async def test_any_text_names_a_bucket(self, under_test: LimiterUnderTest, bucket: str) -> None:
        limit = Limit(name="texts", quota=2, window_seconds=3600 + next(_numbers))
        assert await under_test.drain(limit, bucket) == 2

    async def test_200_at_once_never_exceed_the_quota(self, under_test: LimiterUnderTest) -> None:
        shared, own = somebody(), [somebody() for _ in range(4)]
        calls = [under_test.take((HOURLY, shared), (HOURLY, own[n % 4])) for n in range(200)]
        told = await asyncio.gather(*calls)
        allowed = [pair for pair in told if all(each.allowed for each in pair)]
        assert len(allowed) == 60
        assert sorted(pair[0].remaining for pair in allowed) == list(range(60))
        figures = [figure for pair in told for each in pair for figure in _figures(each)]
        assert min(figures) >= 0

    async def test_nothing_to_count(self, under_test: LimiterUnderTest) -> None:
        assert list(await under_test.take()) == []

    async def test_thousands_of_buckets(self, under_test: LimiterUnderTest) -> None:
        """In lots, so that it does not take long."""
        buckets = [somebody() for _ in range(5000)]
        for _ in range(2):
            for start in range(0, 5000, 500):
                told = await under_test.take(
                    *((FEW, name) for name in buckets[start : start + 500])
                )
                assert all(each.allowed for each in told)
        assert (await under_test.one(FEW, buckets[0])).remaining == 0
        assert (await under_test.one(FEW, buckets[-1])).remaining == 0


def _figures(told: Allowance) -> tuple[float, ...]:
    return told.remaining, told.reset_seconds, told.retry_seconds
