"""How the wait grows, and how it is forgotten."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.user.throttle import (
    FORGOTTEN_AFTER,
    HALF_LIFE,
    MOST_FAILURES,
    Delay,
    Failures,
    failed,
    remembered,
    taken_back,
    wait,
)

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
SECOND, NONE = timedelta(seconds=1), timedelta()
DELAY = Delay(free=3, first=2 * SECOND, longest=15 * SECOND)


def after(count: int) -> Failures:
    return Failures(count=count, last_at=AT)


def test_the_wait_doubles_up_to_the_longest() -> None:
    waits = [wait(after(count), DELAY, AT) // SECOND for count in range(9)]
    assert waits == [0, 0, 0, 2, 4, 8, 15, 15, 15]
    assert wait(after(MOST_FAILURES), DELAY, AT) == DELAY.longest
    assert wait(None, DELAY, AT) == NONE


def test_time_passes() -> None:
    for seconds, left in ((0, 8), (3, 5), (7.5, 0.5), (8, 0), (9, 0), (10**6, 0)):
        assert wait(after(5), DELAY, AT + seconds * SECOND) == left * SECOND


def test_a_clock_that_went_back_makes_nobody_wait_for_longer() -> None:
    assert wait(after(5), DELAY, AT - timedelta(days=1)) == 8 * SECOND
    assert remembered(after(5), AT - timedelta(days=1)) == 5


def test_each_whole_hour_forgets_one_half() -> None:
    for hours, left in ((0, 9), (0.99, 9), (1, 4), (1.99, 4), (2, 2), (3, 1), (4, 0), (10**6, 0)):
        at = AT + hours * HALF_LIFE
        assert remembered(after(9), at) == left
        assert failed(after(9), at) == Failures(count=left + 1, last_at=at)
    assert remembered(None, AT) == 0
    assert failed(None, AT) == after(1)


def test_nothing_is_remembered_for_ever() -> None:
    most = after(MOST_FAILURES)
    assert failed(most, AT) == most
    assert remembered(most, AT + FORGOTTEN_AFTER - SECOND) > 0
    assert remembered(most, AT + FORGOTTEN_AFTER) == 0


def test_taken_back_is_as_if_it_had_not_been() -> None:
    later = AT + 5 * SECOND
    for count in (1, 3, 4, 100):
        undone = taken_back(after(count), DELAY, later)
        assert undone.count == count - 1 and wait(undone, DELAY, later) == NONE
    assert taken_back(after(0), DELAY, later).count == 0


@pytest.mark.parametrize(
    "free, first, longest",
    [(0, SECOND, SECOND), (1, NONE, SECOND), (1, -SECOND, SECOND), (1, 2 * SECOND, SECOND)],
)
def test_what_is_no_delay(free: int, first: timedelta, longest: timedelta) -> None:
    with pytest.raises(ValueError):
        Delay(free=free, first=first, longest=longest)


_spans = st.timedeltas(min_value=timedelta.resolution, max_value=timedelta(days=10**6))


@given(
    free=st.integers(1, 100),
    spans=st.tuples(_spans, _spans),
    count=st.integers(0, MOST_FAILURES - 1),
    ahead=st.timedeltas(min_value=NONE, max_value=timedelta(days=10**5)),
)
def test_the_longest_is_never_exceeded(
    free: int, spans: tuple[timedelta, timedelta], count: int, ahead: timedelta
) -> None:
    delay = Delay(free=free, first=min(spans), longest=max(spans))
    shorter, longer = (wait(after(each), delay, AT) for each in (count, count + 1))
    assert NONE <= shorter <= longer <= delay.longest
    assert NONE <= wait(after(count), delay, AT + ahead) <= shorter
