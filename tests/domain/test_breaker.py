"""When calls are let through to somebody who may not answer."""

import pytest

from shared.breaker import Breaker


class Bench:
    def __init__(self, failures: int = 1) -> None:
        self.now = 100.0
        self.told: list[tuple[bool, str]] = []
        self.breaker = Breaker(
            failures=failures,
            retry_seconds=1,
            clock=lambda: self.now,
            changed=lambda available, why: self.told.append((available, why)),
        )

    def era(self) -> int:
        era = self.breaker.admit()
        assert era is not None
        return era


@pytest.fixture
def one() -> Bench:
    return Bench()


def test_one_probe_per_retry(one: Bench) -> None:
    one.breaker.failed(one.era(), "gone")
    for _ in range(3):
        one.now += 0.99
        assert one.breaker.admit() is None
        one.now += 0.02
        probe = one.era()
        assert one.breaker.admit() is None
        one.breaker.failed(probe, "still gone")
    assert one.told == [(False, "gone")]


def test_open_again_after_a_success(one: Bench) -> None:
    one.breaker.failed(one.era(), "gone")
    one.now += 1
    one.breaker.succeeded(one.era())
    assert [one.era() for _ in range(3)] == [2, 2, 2]
    assert one.told == [(False, "gone"), (True, "")]


def test_what_began_before_says_nothing(one: Bench) -> None:
    first, second, third = one.era(), one.era(), one.era()
    one.breaker.failed(first, "gone")
    one.breaker.succeeded(second)
    assert one.breaker.admit() is None
    one.now += 1
    one.breaker.succeeded(one.era())
    one.breaker.failed(third, "late")
    assert one.breaker.admit() is not None
    assert one.told == [(False, "gone"), (True, "")]


def test_a_probe_that_is_never_heard_of_again_is_followed_by_another(one: Bench) -> None:
    one.breaker.failed(one.era(), "gone")
    one.now += 1
    one.era()
    assert one.breaker.admit() is None
    one.now += 1
    one.breaker.succeeded(one.era())
    assert one.told == [(False, "gone"), (True, "")]


def test_only_failures_in_a_row_count() -> None:
    bench = Bench(failures=3)
    for _ in range(5):
        bench.breaker.failed(bench.era(), "lost")
        bench.breaker.failed(bench.era(), "lost")
        bench.breaker.succeeded(bench.era())
    assert bench.told == []
    for nr in range(3):
        bench.breaker.failed(bench.era(), f"lost {nr}")
    assert bench.told == [(False, "lost 2")] and bench.breaker.admit() is None


def test_after_an_outage_the_count_begins_anew() -> None:
    bench = Bench(failures=2)
    bench.breaker.failed(bench.era(), "lost")
    bench.breaker.failed(bench.era(), "lost")
    bench.now += 1
    bench.breaker.succeeded(bench.era())
    bench.breaker.failed(bench.era(), "lost")
    assert bench.breaker.admit() is not None
    assert bench.told == [(False, "lost"), (True, "")]
