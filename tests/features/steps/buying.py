"""What buyers do. Every one of these may be refused; a later step must then say so."""

import re

import httpx2
from pytest_bdd import given, parsers, when

from tests.faces.outcome import Plain, Request, text
from tests.features.words import METHODS, counts
from tests.features.world import World


@given(parsers.parse("{who} holds {what}"))
@when(parsers.parse("{who} holds {what}"))
def holds(world: World, who: str, what: str) -> None:
    request: Request = {"event_id": world.event_id, "lines": world.lines(counts(what))}
    world.does(who, "CreateHold", request, keyed=True)


@given(parsers.re(r"(?P<who>\w+) gives (?P<whose>the|\w+'s) hold back"))
@when(parsers.re(r"(?P<who>\w+) gives (?P<whose>the|\w+'s) hold back"))
def gives_back(world: World, who: str, whose: str) -> None:
    world.does(who, "ReleaseHold", {"hold_id": world.holds[owner(who, whose)]})


@given(parsers.re(r"(?P<who>\w+) keeps (?P<whose>the|\w+'s) hold longer"))
@when(parsers.re(r"(?P<who>\w+) keeps (?P<whose>the|\w+'s) hold longer"))
def keeps_longer(world: World, who: str, whose: str) -> None:
    world.does(who, "ExtendHold", {"hold_id": world.holds[owner(who, whose)]})


@given(parsers.re(r"(?P<who>\w+) checks out(?: with (?P<whose>\w+'s) hold)?"))
@when(parsers.re(r"(?P<who>\w+) checks out(?: with (?P<whose>\w+'s) hold)?"))
def checks_out(world: World, who: str, whose: str | None) -> None:
    buyer: Plain = {"name": who, "email": world.people[who].email}
    request: Request = {"hold_id": world.holds[owner(who, whose or "the")], "buyer": buyer}
    world.does(who, "CreateOrder", request, keyed=True)


@given(parsers.re(r"(?P<who>\w+) pays(?: (?P<whose>\w+'s) order)?(?: with (?P<means>.+))?"))
@when(parsers.re(r"(?P<who>\w+) pays(?: (?P<whose>\w+'s) order)?(?: with (?P<means>.+))?"))
def pays(world: World, who: str, whose: str | None, means: str | None) -> None:
    request: dict[str, Plain] = {"order_id": world.order_of(owner(who, whose or "the"))}
    if means is not None:
        request["method"] = METHODS[means]
    world.does(who, "PayOrder", request, keyed=True)


@given(parsers.parse("{who} buys {what}"))
@when(parsers.parse("{who} buys {what}"))
def buys(world: World, who: str, what: str) -> None:
    """The whole way, until the order is confirmed."""
    holds(world, who, what)
    checks_out(world, who, None)
    pays(world, who, None, None)
    order_id = world.order_of(who)
    world.eventually(
        lambda: world.asks(who, "GetOrder", {"order_id": order_id})["state"], "CONFIRMED"
    )


@given(parsers.re(r"(?P<who>\w+) cancels (?P<whose>the|\w+'s) order"))
@when(parsers.re(r"(?P<who>\w+) cancels (?P<whose>the|\w+'s) order"))
def cancels(world: World, who: str, whose: str) -> None:
    world.does(who, "CancelOrder", {"order_id": world.order_of(owner(who, whose))}, keyed=True)


@when(parsers.parse("{who} confirms at the bank"))
def confirms(world: World, who: str) -> None:
    _decide(world, who, "approve")


@when(parsers.parse("{who} declines at the bank"))
def declines(world: World, who: str) -> None:
    _decide(world, who, "decline")


def _decide(world: World, who: str, decision: str) -> None:
    """Presses a button of the page that the bank sends its customer to."""
    order = world.asks(who, "GetOrder", {"order_id": world.order_of(who)})
    url = text(order, "payment", "redirect_url")
    page = httpx2.get(url, timeout=60).raise_for_status()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    httpx2.post(url, data={**hidden, "decision": decision}, timeout=60).raise_for_status()


def owner(who: str, whose: str) -> str:
    """`the` is one's own."""
    return who if whose == "the" else whose.removesuffix("'s")
