"""The same request again."""

from pytest_bdd import parsers, then, when

from tests.faces.normal import normal
from tests.faces.outcome import Face
from tests.features.world import Sent, World


@when(parsers.re(r"(?P<who>\w+) sends (?:that|her) request again(?P<way> through the other face)?"))
def again(world: World, who: str, way: str | None) -> None:
    _repeat(world, _sent_by(world, who), world.other if way else world.face)


@when(
    parsers.re(
        r"(?P<who>\w+) sends another request under the same key(?P<way> through the other face)?"
    )
)
def another(world: World, who: str, way: str | None) -> None:
    sent = _sent_by(world, who)
    request = {**sent.request, "lines": world.lines([("Standing", 2)])}
    world.does(who, sent.operation, request, key=sent.key, face=world.other if way else world.face)


@when(parsers.parse("{who} sends that request under the same key"))
def by_another(world: World, who: str) -> None:
    assert world.last is not None
    world.does(who, world.last.operation, world.last.request, key=world.last.key)


@then("the answer is the same as before")
def same_answer(world: World) -> None:
    """To the letter, and marked as repeated; times may be written differently by the faces."""
    assert world.last is not None
    first, second = world.before, world.last
    assert first is not None and first.key == second.key
    assert not first.outcome.replayed and second.outcome.replayed
    assert normal(second.outcome.ok()) == normal(first.outcome.ok())


def _repeat(world: World, sent: Sent, face: Face) -> None:
    world.before = sent
    world.does(sent.who, sent.operation, sent.request, key=sent.key, face=face)


def _sent_by(world: World, who: str) -> Sent:
    """What this person sent last under a key."""
    return world.sent[who]
