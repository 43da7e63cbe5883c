"""Many requests at the same moment."""

from pytest_bdd import parsers, then, when

from tests.faces.outcome import Request, text
from tests.features.people import NAMES
from tests.features.words import REASONS, counts
from tests.features.world import World, new_key


@when(parsers.parse("{times:d} requests for {what} come in at the same moment"))
def crowd(world: World, times: int, what: str) -> None:
    request = _request(world, what)
    world.all_at_once(
        [(NAMES[place % len(NAMES)], "CreateHold", request, new_key()) for place in range(times)]
    )


@when(parsers.parse("{who} tries {times:d} times at the same moment to hold {what}"))
def outruns(world: World, who: str, times: int, what: str) -> None:
    request = _request(world, what)
    world.all_at_once([(who, "CreateHold", request, new_key()) for _ in range(times)])


@when(parsers.parse("{who} sends one request for {what} {times:d} times at the same moment"))
def same_at_once(world: World, who: str, what: str, times: int) -> None:
    key = new_key()
    world.all_at_once([(who, "CreateHold", _request(world, what), key)] * times)


@when(parsers.parse("{who} presses the pay button {times:d} times at the same moment"))
def pays_at_once(world: World, who: str, times: int) -> None:
    request: Request = {"order_id": world.order_of(who)}
    world.all_at_once([(who, "PayOrder", request, new_key()) for _ in range(times)])
    refused = [outcome.refusal.reason for outcome in world.crowd if outcome.refusal]
    assert set(refused) <= {"PAYMENT_IN_PROGRESS", "ORDER_NOT_PAYABLE"}
    assert len(refused) == times - 1


@then(parsers.re(r"exactly (?P<count>\d+) of them (?:is|are) granted"))
def granted(world: World, count: str) -> None:
    """And all others hear why not."""
    refused = [outcome.refusal for outcome in world.crowd if outcome.refusal is not None]
    assert len(world.crowd) - len(refused) == int(count)
    expected = {REASONS["not enough tickets are left"], REASONS["it is more than allowed"]}
    assert {(refusal.code, refusal.reason) for refusal in refused} <= expected


@then("everybody hears of the same hold")
def same_hold(world: World) -> None:
    answers = [outcome.ok() for outcome in world.crowd]
    assert len({text(answer, "id") for answer in answers}) == 1
    assert sum(not outcome.replayed for outcome in world.crowd) == 1


def _request(world: World, what: str) -> Request:
    return {"event_id": world.event_id, "lines": world.lines(counts(what))}
