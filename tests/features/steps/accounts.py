"""Accounts, their addresses and their passwords."""

import re
from datetime import timedelta

from pytest_bdd import given, parsers, then, when

from tests.faces.letters import CHANGED, RESET, VERIFY
from tests.features.people import register
from tests.features.world import World

_NTH = {None: 1, "the": 1, "the second": 2}
_NEW = "a password that nobody has had before"


@given(parsers.re(r"(?P<who>\w+) has an account(?: with (?P<whose>\w+)'s address)?"))
def has_account(world: World, who: str, whose: str | None) -> None:
    email = world.people[whose].email if whose else world.address(who)
    world.people[who] = register(world.face, who, email)


@when(parsers.parse("somebody opens another account with {whose}'s address in capitals"))
def opens_another(world: World, whose: str) -> None:
    person = world.people[whose]
    request = {"email": person.email.upper(), "password": person.password, "name": "Another"}
    world.does("nobody", "Register", request)


@given(
    parsers.re(r"(?P<who>\w+) confirms (?:her|his) address with (?P<which>the(?: second)?) mail")
)
@when(parsers.re(r"(?P<who>\w+) confirms (?:her|his) address with (?P<which>the(?: second)?) mail"))
def confirms_address(world: World, who: str, which: str) -> None:
    letter = world.letters.nth(world.people[who].email, VERIFY, _NTH[which])
    world.does(who, "VerifyEmail", {"token": letter.token})


@given(parsers.re(r"(?P<who>\w+) has confirmed (?:her|his) address"))
def has_confirmed(world: World, who: str) -> None:
    """Some time ago: no scenario about it waits for that mail."""
    world.database.verify(world.people[who].email)


@when(parsers.parse("{who} uses the token of {whose}'s mail"))
def uses_token(world: World, who: str, whose: str) -> None:
    """Logged in as somebody else, or not at all."""
    letter = world.letters.nth(world.people[whose].email, VERIFY)
    world.does(who, "VerifyEmail", {"token": letter.token})


@when(parsers.re(r"(?P<who>\w+) asks for another mail(?: (?P<times>\d+) times)?"))
def asks_for_another(world: World, who: str, times: str | None) -> None:
    for _ in range(int(times or 1)):
        world.does(who, "RequestEmailVerification", {})


@given(parsers.re(r"(?P<count>\d+) (?P<unit>\w+) pass for (?P<who>[A-Z]\w+)"))
@when(parsers.re(r"(?P<count>\d+) (?P<unit>\w+) pass for (?P<who>[A-Z]\w+)"))
def time_passes_for(world: World, count: str, unit: str, who: str) -> None:
    """For sessions and mails; what is only in a token does not grow older."""
    world.database.pass_for(world.people[who].email, timedelta(**{unit: int(count)}))


@given(parsers.parse("somebody says that {whose}'s password is forgotten"))
@when(parsers.parse("somebody says that {whose}'s password is forgotten"))
def forgotten(world: World, whose: str) -> None:
    world.before = world.last
    world.does("nobody", "RequestPasswordReset", {"email": world.people[whose].email})


@when("somebody says that the password of an address without an account is forgotten")
def forgotten_by_nobody(world: World) -> None:
    world.before = world.last
    world.does("nobody", "RequestPasswordReset", {"email": world.address("without")})


@given("the mail about it has come")
def mail_has_come(world: World) -> None:
    assert world.last is not None
    world.letters.nth(str(world.last.request["email"]), RESET)


@given(parsers.re(r"(?P<who>\w+) chooses a new password with (?P<which>the(?: second)?) mail"))
@when(parsers.re(r"(?P<who>\w+) chooses a new password with (?P<which>the(?: second)?) mail"))
def chooses_password(world: World, who: str, which: str) -> None:
    letter = world.letters.nth(world.people[who].email, RESET, _NTH[which])
    request = {"token": letter.token, "new_password": _NEW}
    if world.does("nobody", "ResetPassword", request).refusal is None:
        world.becomes(who, password=_NEW)


@when(parsers.parse("somebody chooses a password with the token that confirms {whose}'s address"))
def chooses_with_wrong_token(world: World, whose: str) -> None:
    letter = world.letters.nth(world.people[whose].email, VERIFY)
    world.does("nobody", "ResetPassword", {"token": letter.token, "new_password": _NEW})


@when(parsers.re(r"(?P<who>\w+) changes (?:her|his) password"))
def changes_password(world: World, who: str) -> None:
    request = {"current_password": world.people[who].password, "new_password": _NEW}
    if world.does(who, "ChangePassword", request).refusal is None:
        world.becomes(who, password=_NEW)


@when(
    parsers.re(r"(?P<who>\w+) changes (?:her|his) password, but does not know the present one"),
)
def changes_blindly(world: World, who: str) -> None:
    request = {"current_password": "not the present one", "new_password": _NEW}
    world.does(who, "ChangePassword", request)


@when(parsers.re(r"(?P<who>\w+) changes (?:her|his) password to one of (?P<length>\d+) characters"))
def changes_to(world: World, who: str, length: str) -> None:
    new = "x" * int(length)
    request = {"current_password": world.people[who].password, "new_password": new}
    world.does(who, "ChangePassword", request)


@when(parsers.re(r'(?P<who>\w+) calls (?:her|him)self "(?P<name>[^"]*)"'))
def calls_herself(world: World, who: str, name: str) -> None:
    world.does(who, "UpdateMe", {"name": name})


@then(parsers.re(r"(?P<whose>\w+)'s address is (?P<no>not )?confirmed"))
def is_confirmed(world: World, whose: str, no: str | None) -> None:
    world.nothing_unnoticed()
    assert world.asks(whose, "GetMe", {})["email_verified"] is not bool(no)


@then(parsers.parse('{whose}\'s name is "{name}"'))
def is_called(world: World, whose: str, name: str) -> None:
    assert world.asks(whose, "GetMe", {})["name"] == name


@then(parsers.re(r"(?P<who>\w+) is told by mail that (?:her|his) password was changed"))
def is_told(world: World, who: str) -> None:
    """Without a link or a token: nobody should learn to follow those of such mails."""
    letter = world.letters.nth(world.people[who].email, CHANGED)
    assert not re.search(r"https?://|hf[vpi]_", letter.text)


@then("the refusal says when to try again")
def says_when(world: World) -> None:
    assert world.last is not None and world.last.outcome.refusal is not None
    assert world.last.outcome.refusal.retry_after


@then("both heard the same")
def same_answer_for_both(world: World) -> None:
    assert world.before is not None and world.last is not None
    assert world.before.request != world.last.request
    assert world.before.outcome.ok() == world.last.outcome.ok() == {}


@then("nothing was mailed to the address without an account")
def nothing_mailed(world: World) -> None:
    """Once nothing to it is waiting any more."""
    email = world.address("without")
    waiting = "SELECT count(*) FROM mails WHERE recipient = $1"
    world.eventually(lambda: int(world.database.fetch(waiting, email)[0]["count"]), 0)
    assert world.letters.to(email, RESET) == []
