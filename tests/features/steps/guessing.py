"""Somebody guesses passwords."""

import math
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from pytest_bdd import given, parsers, then, when

from tests.faces.outcome import Outcome
from tests.features.words import REASONS
from tests.features.world import World

_WRONG = REASONS["the address or the password is wrong"]
_TOO_MANY = REASONS["there were too many attempts"]
_WHOSE = r"(?P<whose>Nora's|an address without an account)"


@given(parsers.re(rf"somebody has guessed (?P<count>\d+) wrong passwords of {_WHOSE}"))
def has_guessed(world: World, count: str, whose: str) -> None:
    """As fast as they are let: after each one, the wait passes."""
    told = world.told.setdefault(whose, [])
    for place in range(int(count)):
        if place:
            _a_minute_passes(world)
        told.append(_guess(world, whose))
    assert [_reason(outcome) for outcome in told[-int(count) :]] == [_WRONG] * int(count)


@when(parsers.re(rf"somebody guesses a wrong password of {_WHOSE}(?P<way> through .+)?"))
def guesses(world: World, whose: str, way: str | None) -> None:
    request = {"email": _email(world, whose), "password": "a wild guess"}
    world.does("nobody", "Login", request, face=world.other if way else world.face)


@when(parsers.parse("somebody guesses {count:d} passwords of Nora's at the same moment"))
def guesses_at_once(world: World, count: int) -> None:
    began = time.monotonic()
    with ThreadPoolExecutor(count) as threads:
        pending = [threads.submit(_guess, world, "Nora's") for _ in range(count)]
        world.crowd = [each.result() for each in pending]
    world.took = time.monotonic() - began


@given(parsers.parse("{seconds:d} seconds pass for those who guess"))
@when(parsers.parse("{seconds:d} seconds pass for those who guess"))
def seconds_pass(world: World, seconds: int) -> None:
    world.database.pass_for_attempts(timedelta(seconds=seconds))


@then("both were told the same, each time")
def told_the_same(world: World) -> None:
    [some, others] = world.told.values()
    assert len(some) == len(others) > 0
    assert [each.refusal for each in some] == [each.refusal for each in others]


@then(parsers.parse("{count:d} of them were looked at, and the others have to wait"))
def looked_at(world: World, count: int) -> None:
    """And of a crowd that took its time one more after a second, after three, after seven."""
    reasons = [_reason(outcome) for outcome in world.crowd]
    assert set(reasons) == {_WRONG, _TOO_MANY}
    assert count <= reasons.count(_WRONG) <= count + math.floor(math.log2(world.took + 1))


def _guess(world: World, whose: str) -> Outcome:
    request = {"email": _email(world, whose), "password": "a wild guess"}
    return world.face.call("Login", request, token=None)


def _email(world: World, whose: str) -> str:
    if whose == "Nora's":
        return world.people["Nora"].email
    return world.address("without")


def _reason(outcome: Outcome) -> tuple[str, str]:
    assert outcome.refusal is not None
    return outcome.refusal.code, outcome.refusal.reason


def _a_minute_passes(world: World) -> None:
    world.database.pass_for_attempts(timedelta(minutes=1))
