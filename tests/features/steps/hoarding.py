"""Taking tickets again and again without buying them."""

from pytest_bdd import parsers, then, when

from tests.features.steps.buying import gives_back, holds
from tests.features.world import World


@when(parsers.parse("{who} takes {what} and gives them back until it is refused"))
def in_a_loop(world: World, who: str, what: str) -> None:
    for world.times in range(200):
        holds(world, who, what)
        if world.refusal is not None:
            return
        gives_back(world, who, "the")
    raise AssertionError("it was never refused")


@when(parsers.parse("{who} takes {what} again and again until it is refused"))
def on_and_on(world: World, who: str, what: str) -> None:
    for world.times in range(200):
        holds(world, who, what)
        if world.refusal is not None:
            return
    raise AssertionError("it was never refused")


@then(parsers.parse("that worked {times:d} times"))
def worked(world: World, times: int) -> None:
    assert world.times == times
