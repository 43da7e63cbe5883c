"""Time."""

from datetime import datetime

from pytest_bdd import given, parsers, then, when

from tests.faces.outcome import text
from tests.features.world import World


@given(parsers.parse("{minutes:d} minutes pass"))
@when(parsers.parse("{minutes:d} minutes pass"))
def minutes_pass(world: World, minutes: int) -> None:
    world.database.pass_minutes(world.event_id, minutes)


@when("the bank says yes")
def bank_says_yes(world: World) -> None:
    """A slow bank has had all the time it needs."""
    world.database.ripen(world.event_id)


@when(parsers.parse("{who} keeps the hold longer every {minutes:d} minutes until it is refused"))
def keeps_on(world: World, who: str, minutes: int) -> None:
    request = {"hold_id": world.holds[who]}
    for _ in range(100):
        if world.does(who, "ExtendHold", request).refusal is not None:
            return
        minutes_pass(world, minutes)
    raise AssertionError("it was never refused")


@then(parsers.parse("{who}'s hold ends {minutes:d} minutes after it began"))
def hold_lasted(world: World, who: str, minutes: int) -> None:
    hold = world.asks(who, "GetHold", {"hold_id": world.holds[who]})
    began, ends = moment(text(hold, "created_at")), moment(text(hold, "expires_at"))
    assert (ends - began).total_seconds() == minutes * 60


def moment(value: str) -> datetime:
    return datetime.fromisoformat(value)
