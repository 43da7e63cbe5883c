"""When calls are let through."""

import logging

import pytest

from infrastructure.redis.breaker import Breaker


class TestBreaker:
    @pytest.fixture(autouse=True)
    def made(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO, "infrastructure.redis.breaker")
        self.now = 100.0
        self.breaker = Breaker("it", retry_seconds=1, clock=lambda: self.now)

    def era(self) -> int:
        era = self.breaker.admit()
        assert era is not None
        return era

    def test_one_probe_per_retry(self, caplog: pytest.LogCaptureFixture) -> None:
        self.breaker.failed(self.era(), "gone")
        for _ in range(3):
            self.now += 0.99
            assert self.breaker.admit() is None
            self.now += 0.02
            probe = self.era()
            assert self.breaker.admit() is None
            self.breaker.failed(probe, "still gone")
        assert caplog.messages == ["it is away: gone"]

    def test_open_again_after_a_success(self, caplog: pytest.LogCaptureFixture) -> None:
        self.breaker.failed(self.era(), "gone")
        self.now += 1
        self.breaker.succeeded(self.era())
        assert [self.era() for _ in range(3)] == [2, 2, 2]
        assert caplog.messages == ["it is away: gone", "it is back"]

    def test_what_began_before_says_nothing(self, caplog: pytest.LogCaptureFixture) -> None:
        first, second, third = self.era(), self.era(), self.era()
        self.breaker.failed(first, "gone")
        self.breaker.succeeded(second)
        assert self.breaker.admit() is None
        self.now += 1
        self.breaker.succeeded(self.era())
        self.breaker.failed(third, "late")
        assert self.breaker.admit() is not None
        assert caplog.messages == ["it is away: gone", "it is back"]
