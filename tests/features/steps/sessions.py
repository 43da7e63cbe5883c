"""Sessions: logging in and out, and what refresh tokens are good for."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from pytest_bdd import given, parsers, then, when

from tests.faces.letters import RESET
from tests.faces.outcome import Outcome, text
from tests.features.people import log_in
from tests.features.words import REASONS
from tests.features.world import World


@given(parsers.re(r"(?P<who>\w+) logs in on (?:her|his) phone"))
def logs_in_on_phone(world: World, who: str) -> None:
    phone = f"{who}'s phone"
    world.people[phone] = log_in(world.face, replace(world.people[who], name=phone))


@when(parsers.re(r"(?P<who>\w+) logs in(?P<how> with the old password| with a wrong password)?"))
def logs_in(world: World, who: str, how: str | None) -> None:
    person = world.people[who]
    password = "a wrong password" if how else person.password
    if how and "old" in how:
        password = world.past[who].password
    world.before = world.last
    outcome = world.does("nobody", "Login", {"email": person.email, "password": password})
    if outcome.refusal is None:
        _takes(world, who, outcome)


@given(parsers.re(r"(?P<who>\w+) refreshes (?:her|his) session"))
@when(parsers.re(r"(?P<who>\w+) refreshes (?:her|his) session"))
def refreshes(world: World, who: str) -> None:
    outcome = _shows(world, world.people[who].refresh)
    if outcome.refusal is None:
        _takes(world, who, outcome)


@when(parsers.re(r"(?P<who>\w+) refreshes (?:her|his) session (?P<times>\d+) times at the same .+"))
def refreshes_at_once(world: World, who: str, times: str) -> None:
    request = {"refresh_token": world.people[who].refresh}
    with ThreadPoolExecutor(int(times)) as threads:
        pending = [
            threads.submit(world.face.call, "RefreshToken", request, token=None)
            for _ in range(int(times))
        ]
        world.crowd = [each.result() for each in pending]
    _takes(world, who, world.crowd[0])


@given(parsers.parse("{who} remembers the refresh token of before"))
def remembers(world: World, who: str) -> None:
    world.people[f"{who} of old"] = world.past[who]


@when(parsers.parse("{who} shows the refresh token that she remembers"))
def shows_remembered(world: World, who: str) -> None:
    _shows(world, world.people[f"{who} of old"].refresh)


@when(parsers.re(r"(?P<who>\w+) shows the refresh token of before again(?P<way> through .+)?"))
def shows_again(world: World, who: str, way: str | None) -> None:
    _shows(world, world.past[who].refresh, other=bool(way))


@when(parsers.parse("{who} shows her access token as a refresh token"))
def shows_access_token(world: World, who: str) -> None:
    _shows(world, world.people[who].token)


@when(parsers.parse("{who} shows her refresh token as an access token"))
def shows_refresh_token(world: World, who: str) -> None:
    world.people["mistaken"] = replace(world.people[who], token=world.people[who].refresh)
    world.does("mistaken", "GetMe", {})


@when(parsers.re(r"(?P<who>\w+) logs out(?P<everywhere> everywhere)?"))
def logs_out(world: World, who: str, everywhere: str | None) -> None:
    world.does(who, "LogoutEverywhere" if everywhere else "Logout", {})


@then(parsers.re(r"(?P<who>\w+) has another refresh token than before"))
def has_another(world: World, who: str) -> None:
    world.nothing_unnoticed()
    assert world.people[who].refresh != world.past[who].refresh


@then("all of them got the same refresh token")
def same_successor(world: World) -> None:
    """And not the one that they showed."""
    successors = {text(outcome.ok(), "refresh_token") for outcome in world.crowd}
    assert len(successors) == 1
    assert successors.isdisjoint({person.refresh for person in world.past.values()})


@then(parsers.parse("{who} gets the successor that she has already"))
def gets_same(world: World, who: str) -> None:
    assert world.last is not None
    assert text(world.last.outcome.ok(), "refresh_token") == world.people[who].refresh


@then(parsers.re(r"(?P<who>\w+(?:'s phone)?) is let in"))
def is_let_in(world: World, who: str) -> None:
    world.nothing_unnoticed()
    assert world.asks(who, "GetMe", {})["email"] == world.people[who].email


@then(parsers.re(r"(?P<who>\w+(?:'s phone)?) is no longer let in"))
def is_not_let_in(world: World, who: str) -> None:
    """Through neither face, from this moment on."""
    world.nothing_unnoticed()
    for face in (world.face, world.other):
        refusal = face.call("GetMe", {}, token=world.people[who].token).refusal
        assert refusal is not None
        assert (refusal.code, refusal.reason) == REASONS["the token was revoked"]


@then("that was the same refusal as before")
def same_refusal(world: World) -> None:
    assert world.before is not None and world.last is not None
    assert world.before.outcome.refusal is not None
    assert world.before.outcome.refusal == world.last.outcome.refusal


@then(parsers.parse("nothing is mailed to {who} about it"))
def nothing_is_mailed(world: World, who: str) -> None:
    email = world.people[who].email
    waiting = "SELECT count(*) FROM mails WHERE recipient = $1"
    world.eventually(lambda: int(world.database.fetch(waiting, email)[0]["count"]), 0)
    assert world.letters.to(email, RESET) == []


def _shows(world: World, token: str, *, other: bool = False) -> Outcome:
    face = world.other if other else world.face
    return world.does("nobody", "RefreshToken", {"refresh_token": token}, face=face)


def _takes(world: World, who: str, outcome: Outcome) -> None:
    answer = outcome.ok()
    world.becomes(who, token=text(answer, "access_token"), refresh=text(answer, "refresh_token"))
