"""AttemptThrottle: a few attempts are free, then each further one waits for longer."""

import asyncio
from abc import ABC, abstractmethod
from datetime import timedelta
from itertools import count

from application.ports.throttle import AttemptThrottle, Counter, Delay

SECOND, NONE = timedelta(seconds=1), timedelta()
MINUTE = 60 * SECOND
# Long enough that what passes while a test runs does not matter.
ACCOUNT = Delay(free=3, first=MINUTE, longest=10 * MINUTE)
PLACE = Delay(free=10, first=2 * MINUTE, longest=20 * MINUTE)
MARGIN = 20 * SECOND
_numbers = count()


def account() -> Counter:
    return Counter(key=f"account:{next(_numbers)}", delay=ACCOUNT)


def place() -> Counter:
    return Counter(key=f"address:{next(_numbers)}", delay=PLACE)


class ThrottleUnderTest(ABC):
    throttle: AttemptThrottle

    @abstractmethod
    async def pass_time(self, by: timedelta) -> None: ...

    @abstractmethod
    async def kept(self) -> int:
        """How many counters are kept."""

    async def fail(self, *counters: Counter, times: int = 1) -> None:
        """So many attempts that are let through, each as soon as it may be."""
        for _ in range(times):
            left = await self.throttle.attempt(counters)
            if left:
                await self.pass_time(left)
                left = await self.throttle.attempt(counters)
            assert left == NONE

    async def waits(self, *counters: Counter) -> timedelta:
        """Only where the answer is not zero: it would be an attempt."""
        left = await self.throttle.attempt(counters)
        assert left > NONE
        return left


def near(wait: timedelta, expected: timedelta) -> bool:
    return expected - MARGIN <= wait <= expected


class ThrottleContract:
    async def test_the_wait_grows_up_to_the_longest(self, under_test: ThrottleUnderTest) -> None:
        counter = account()
        assert [await under_test.throttle.attempt([counter]) for _ in range(3)] == [NONE] * 3
        for minutes in (1, 2, 4, 8, 10, 10):
            left = await under_test.waits(counter)
            assert near(left, minutes * MINUTE)
            await under_test.pass_time(left - MARGIN)
            assert near(await under_test.waits(counter), MARGIN)
            await under_test.pass_time(MARGIN)
            assert await under_test.throttle.attempt([counter]) == NONE

    async def test_a_refused_attempt_is_not_registered(self, under_test: ThrottleUnderTest) -> None:
        counter, other = account(), place()
        await under_test.fail(counter, times=3)
        kept = await under_test.kept()
        for _ in range(20):
            assert await under_test.waits(other, counter) <= MINUTE
        assert await under_test.kept() == kept
        await under_test.fail(other, times=10)
        await under_test.pass_time(MINUTE)
        assert await under_test.throttle.attempt([counter]) == NONE

    async def test_the_longest_wait_is_told(self, under_test: ThrottleUnderTest) -> None:
        one, two = account(), place()
        await under_test.fail(two, times=10)
        await under_test.fail(one, times=3)
        for counters in ((one, two), (two, one)):
            assert near(await under_test.waits(*counters), 2 * MINUTE)
        assert near(await under_test.waits(one, account()), MINUTE)

    async def test_counters_are_apart(self, under_test: ThrottleUnderTest) -> None:
        shared = place()
        for _ in range(3):
            await under_test.fail(account(), shared, times=3)
        one = account()
        await under_test.fail(one, shared)
        assert near(await under_test.waits(account(), shared), 2 * MINUTE)
        await under_test.fail(one, times=2)
        await under_test.waits(one)
        assert await under_test.throttle.attempt([account()]) == NONE

    async def test_failures_are_forgotten_by_halves(self, under_test: ThrottleUnderTest) -> None:
        counter = account()
        await under_test.fail(counter, times=8)
        await under_test.pass_time(timedelta(hours=1, minutes=1))
        await under_test.fail(counter)  # the fifth
        assert near(await under_test.waits(counter), 4 * MINUTE)
        await under_test.pass_time(timedelta(hours=2, minutes=1))
        await under_test.fail(counter, times=2)  # the third
        assert near(await under_test.waits(counter), MINUTE)
        await under_test.pass_time(timedelta(days=1))
        await under_test.fail(counter, times=3)
        assert near(await under_test.waits(counter), MINUTE)

    async def test_a_success_is_taken_back(self, under_test: ThrottleUnderTest) -> None:
        """However often: a shared address is not slowed down by those who know their password."""
        shared = place()
        await under_test.fail(shared, times=9)
        for _ in range(20):
            counters = [account(), shared]
            assert await under_test.throttle.attempt(counters) == NONE
            await under_test.throttle.succeeded(counters)
        await under_test.fail(shared)
        await under_test.pass_time(await under_test.waits(shared))
        for _ in range(3):
            counters = [account(), shared]
            assert await under_test.throttle.attempt(counters) == NONE
            await under_test.throttle.succeeded(counters)
        await under_test.fail(shared)
        assert near(await under_test.waits(shared), 4 * MINUTE)

    async def test_a_success_forgets_the_accounts_failures(
        self, under_test: ThrottleUnderTest
    ) -> None:
        """And no others."""
        one, shared = account(), place()
        await under_test.fail(one, shared, times=4)
        await under_test.pass_time(await under_test.waits(one, shared))
        assert await under_test.throttle.attempt([one, shared]) == NONE
        await under_test.throttle.succeeded([one, shared])
        await under_test.fail(one, times=2)
        assert await under_test.throttle.attempt([one]) == NONE
        await under_test.waits(one)
        for _ in range(6):
            assert await under_test.throttle.attempt([shared]) == NONE
        assert near(await under_test.waits(shared), 2 * MINUTE)

    async def test_success_out_of_nothing(self, under_test: ThrottleUnderTest) -> None:
        counters = [account(), place()]
        await under_test.throttle.succeeded(counters)
        await under_test.fail(counters[0], times=3)
        assert near(await under_test.waits(*counters), MINUTE)

    async def test_50_at_once_get_no_more_than_what_is_free(
        self, under_test: ThrottleUnderTest
    ) -> None:
        """With keys in any order, and others that only some of them have."""
        one, shared, some = account(), place(), [place() for _ in range(3)]
        orders = [
            counters if number % 2 else counters[::-1]
            for number in range(50)
            for counters in [[one, shared, some[number % 3]]]
        ]
        outcomes = await asyncio.gather(*map(under_test.throttle.attempt, orders))
        assert outcomes.count(NONE) == 3
        assert all(near(left, MINUTE) for left in outcomes if left)
        others = [[account(), shared] for _ in range(50)]
        outcomes = await asyncio.gather(*map(under_test.throttle.attempt, others))
        assert outcomes.count(NONE) == 7
        assert all(near(left, 2 * MINUTE) for left in outcomes if left)

    async def test_successes_among_a_crowd(self, under_test: ThrottleUnderTest) -> None:
        """Whoever knows the password leaves nothing behind."""
        shared, opposite = place(), place()

        async def log_in(number: int) -> timedelta:
            counters = [account(), *((shared, opposite) if number % 2 else (opposite, shared))]
            left = await under_test.throttle.attempt(counters)
            if not left:
                await under_test.throttle.succeeded(counters)
            return left

        outcomes = await asyncio.gather(*map(log_in, range(50)))
        assert outcomes.count(NONE) >= 10
        assert [await under_test.throttle.attempt([shared]) for _ in range(10)] == [NONE] * 10
        assert near(await under_test.waits(shared), 2 * MINUTE)

    async def test_nothing_to_count(self, under_test: ThrottleUnderTest) -> None:
        assert await under_test.throttle.attempt([]) == NONE
        await under_test.throttle.succeeded([])

    async def test_what_is_forgotten_is_not_kept(self, under_test: ThrottleUnderTest) -> None:
        for _ in range(30):
            await under_test.fail(account())
        await under_test.pass_time(timedelta(days=2))
        for _ in range(4):
            await under_test.fail(account())
        assert await under_test.kept() == 4
