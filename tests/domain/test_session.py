"""Sessions: which refresh token is good, which is a repetition, and which gives a thief away."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.session.session import GRACE, EndCause, Refreshed, Session
from shared.ids import SessionId, UserId
from tests.domain.builders import AT, SECOND, session, uid

TICK = timedelta(microseconds=1)
MONTH = timedelta(days=30)


def rotated(times: int) -> Session:
    """The last time at AT + `times` seconds."""
    made = session()
    for number in range(1, times + 1):
        made = made.rotate(bytes([number]) * 32, lasts=MONTH, at=AT + number * SECOND)
    return made


def test_starting_one() -> None:
    made = Session.start(
        id=SessionId(uid("session")),
        user_id=UserId(uid("user")),
        token_hash=b"0" * 32,
        lasts=MONTH,
        at=AT,
    )
    assert (made.number, made.version, made.ended_at) == (0, 1, None)
    assert (made.rotated_at, made.expires_at) == (AT, AT + MONTH)
    (fact,) = made.facts
    assert (type(fact).__name__, fact.aggregate_id) == ("SessionStarted", made.id)


def test_a_rotation_is_a_version_without_a_fact() -> None:
    once = rotated(1)
    assert (once.number, once.version, once.facts) == (1, 2, ())
    assert once.token_hash == b"\x01" * 32
    assert (once.rotated_at, once.expires_at) == (AT + SECOND, AT + SECOND + MONTH)
    assert rotated(3).version == 4


@pytest.mark.parametrize(
    ("number", "after", "judged"),
    [
        (3, timedelta(0), Refreshed.ROTATED),
        (3, MONTH - TICK, Refreshed.ROTATED),
        (2, timedelta(0), Refreshed.REPEATED),
        (2, GRACE, Refreshed.REPEATED),
        (2, GRACE + TICK, Refreshed.REUSED),
        (1, timedelta(0), Refreshed.REUSED),
        (0, timedelta(0), Refreshed.REUSED),
        (4, timedelta(0), Refreshed.REUSED),
        (3, MONTH, Refreshed.OVER),
        (2, MONTH, Refreshed.OVER),
    ],
)
def test_what_a_token_comes_to(number: int, after: timedelta, judged: Refreshed) -> None:
    family = rotated(3)
    assert family.judge(number, at=family.rotated_at + after) is judged


def test_the_first_token_has_none_before_it() -> None:
    assert session().judge(-1, at=AT + GRACE + TICK) is Refreshed.REUSED
    assert session().judge(0, at=AT) is Refreshed.ROTATED


@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_has_ended_is_over(number: int) -> None:
    ended = rotated(3).end(EndCause.REUSE, at=AT + 4 * SECOND)
    assert ended.judge(number, at=AT + 4 * SECOND) is Refreshed.OVER
    assert not ended.is_live(at=AT + 4 * SECOND)


@pytest.mark.parametrize("cause", EndCause)
def test_an_end_is_told_once(cause: EndCause) -> None:
    before = rotated(2)
    ended = before.end(cause, at=AT + MONTH)
    assert (ended.ended_at, ended.version) == (AT + MONTH, before.version + 1)
    (fact,) = ended.facts
    assert (type(fact).__name__, fact.aggregate_id) == ("SessionEnded", before.id)
    assert getattr(fact, "cause") == cause.value
    assert ended.end(EndCause.LOGOUT, at=AT + 2 * MONTH) is ended


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(
    steps=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 30)), max_size=25),
)
def test_a_stolen_token_ends_the_family(steps: list[tuple[int, int]]) -> None:
    """Whatever numbers two holders show, whenever: at any moment one number is worth a successor,
    beside it at most the one before, for a moment; any other ends everything for good."""
    family, now = session(), AT
    for number, seconds in steps:
        now += seconds * SECOND
        good = {each for each in range(14) if family.judge(each, at=now) is Refreshed.ROTATED}
        again = {each for each in range(14) if family.judge(each, at=now) is Refreshed.REPEATED}
        assert good == (set() if family.ended_at else {family.number})
        assert again <= {family.number - 1}
        judged = family.judge(number, at=now)
        if judged is Refreshed.ROTATED:
            family = family.rotate(bytes(32), lasts=MONTH, at=now)
        elif judged is Refreshed.REUSED:
            family = family.end(EndCause.REUSE, at=now)
            assert all(family.judge(each, at=now) is Refreshed.OVER for each in range(14))
