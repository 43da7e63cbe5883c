"""What is left, exactly or as it was a little while ago."""

from datetime import datetime, timedelta

from pytest_bdd import parsers, then, when

from tests.faces.outcome import Outcome, Plain, Request, items, number, text
from tests.features.steps.time import moment
from tests.features.world import World


@when(parsers.parse("{who} asks what is left"))
def asks_now(world: World, who: str) -> None:
    _ask(world, who, {})


@when(parsers.re(r"(?P<who>\w+) asks what was left in the last (?P<seconds>-?\d+) seconds"))
def asks_lately(world: World, who: str, seconds: str) -> None:
    _ask(world, who, {"max_age": int(seconds)})


@when(parsers.parse("{who} asks the other way what was left in the last {seconds:d} seconds"))
def asks_other_face(world: World, who: str, seconds: int) -> None:
    request: Request = {"event_id": world.event_id, "max_age": seconds}
    _note(world, who, world.does(who, "GetAvailability", request, face=world.other))


@then(parsers.re(r"(?:she|it) is told that (?P<left>\d+) (?P<name>\w+) are left"))
def told_left(world: World, left: str, name: str) -> None:
    assert world.last is not None
    assert _left(world, world.last.outcome, name) == int(left)


@then(parsers.re(r"she is told (?P<which>the same|a later) moment (?:as|than) (?P<other>\w+)"))
def told_moment(world: World, which: str, other: str) -> None:
    assert world.last is not None
    mine, theirs = _as_of(world.last.outcome), _as_of(world.told[other][-1])
    assert mine == theirs if which == "the same" else mine > theirs


@then(
    parsers.parse("{who} is told within a second that {count:d} {name} are left, and nothing older")
)
def told_soon(world: World, who: str, count: int, name: str) -> None:
    def look() -> Plain:
        [row] = world.database.fetch("SELECT clock_timestamp() AS asked")
        _ask(world, who, {"max_age": 1})
        found = world.told[who][-1]
        assert _as_of(found) >= row["asked"] - timedelta(seconds=1)
        return _left(world, found, name)

    world.eventually(look, count)


def _ask(world: World, who: str, how: dict[str, int]) -> None:
    request: Request = {"event_id": world.event_id, **how}
    _note(world, who, world.does(who, "GetAvailability", request))


def _note(world: World, who: str, outcome: Outcome) -> None:
    world.told.setdefault(who, []).append(outcome)


def _as_of(outcome: Outcome) -> datetime:
    return moment(text(outcome.answer, "as_of"))


def _left(world: World, outcome: Outcome, name: str) -> int:
    [entry] = [
        entry
        for entry in items(outcome.answer, "ticket_types")
        if entry["ticket_type_id"] == world.types[name]
    ]
    return number(entry, "available")
