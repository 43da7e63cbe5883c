from datetime import timedelta

import pytest

from infrastructure.memory.clock import MemoryClock
from infrastructure.memory.throttle import MemoryAttemptThrottle
from tests.contracts.throttle import ThrottleContract, ThrottleUnderTest


class OnMemoryThrottle(ThrottleUnderTest):
    def __init__(self) -> None:
        self.clock = MemoryClock()
        self.throttle = self.counters = MemoryAttemptThrottle(self.clock)

    async def pass_time(self, by: timedelta) -> None:
        self.clock.advance(by)

    async def kept(self) -> int:
        return len(self.counters)


class TestMemoryAttemptThrottle(ThrottleContract):
    @pytest.fixture
    def under_test(self) -> OnMemoryThrottle:
        return OnMemoryThrottle()
