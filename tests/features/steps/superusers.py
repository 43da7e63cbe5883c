"""What superusers do to accounts."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from pytest_bdd import given, parsers, then, when

from tests.faces.outcome import Outcome, Plain, items, text
from tests.features.steps.time import moment
from tests.features.world import World

_DISMISS_OTHERS = """
UPDATE users SET superuser = false, version = version + 1
 WHERE superuser AND email <> ALL($1) RETURNING id
"""
_PROMOTE = "UPDATE users SET superuser = true, version = version + 1 WHERE id = ANY($1)"
_FOUNDER = """
UPDATE users SET superuser = founder, version = version + 1 WHERE email = ANY($1)
"""


@given(parsers.re(r"(?P<who>\w+) (?P<change>de)?activates (?P<whom>\w+)"))
@when(parsers.re(r"(?P<who>\w+) (?P<change>de)?activates (?P<whom>\w+)"))
def activates(world: World, who: str, change: str | None, whom: str) -> None:
    operation = "DeactivateUser" if change else "ActivateUser"
    world.does(who, operation, {"user_id": _id(world, whom)})


@given(parsers.re(r"(?P<who>\w+) makes (?P<whom>\w+) (?P<what>a superuser|an ordinary user)"))
@when(parsers.re(r"(?P<who>\w+) makes (?P<whom>\w+) (?P<what>a superuser|an ordinary user)"))
def makes(world: World, who: str, whom: str, what: str) -> None:
    operation = "GrantSuperuser" if what == "a superuser" else "RevokeSuperuser"
    world.does(who, operation, {"user_id": _id(world, whom)})


@given(parsers.re(r"nobody but (?P<names>\w+(?: and \w+)*) is a superuser"))
def nobody_else(world: World, names: str) -> None:
    """Those whom other tests have made are dismissed for a moment."""
    emails = [world.people[name].email for name in names.split(" and ")]
    others = [row["id"] for row in world.database.fetch(_DISMISS_OTHERS, emails)]
    world.afterwards.append(lambda: world.database.fetch(_PROMOTE, others))
    world.afterwards.append(lambda: world.database.fetch(_FOUNDER, emails))


@when(parsers.re(r"(?P<one>\w+) and (?P<other>\w+) make each other ordinary .+"))
def dismiss_each_other(world: World, one: str, other: str) -> None:
    def dismiss(who: str, whom: str) -> Outcome:
        request: Mapping[str, Plain] = {"user_id": _id(world, whom)}
        return world.face.call("RevokeSuperuser", request, token=world.token(who))

    with ThreadPoolExecutor(2) as threads:
        pending = [threads.submit(dismiss, *pair) for pair in ((one, other), (other, one))]
        world.crowd = [each.result() for each in pending]


@when(parsers.parse("{who} lists the accounts"))
def lists_accounts(world: World, who: str) -> None:
    world.does(who, "ListUsers", {})


@when(parsers.re(r"(?P<who>\w+) looks at (?P<whose>\w+)'s account"))
def looks_at_account(world: World, who: str, whose: str) -> None:
    outcome = world.does(who, "GetUser", {"user_id": _id(world, whose)})
    world.found = [dict(outcome.answer)]


@when(parsers.parse("{who} reads the list of accounts {size:d} at a time"))
def reads_accounts(world: World, who: str, size: int) -> None:
    world.found, token = [], ""
    while True:
        request: dict[str, Plain] = {"page_size": size}
        if token:
            request["page_token"] = token
        page = world.asks(who, "ListUsers", request)
        world.found += items(page, "items")
        assert len(items(page, "items")) <= size
        if not (token := text(page, "next_page_token")):
            return


@then(parsers.parse("the account is {whose}'s"))
def account_is(world: World, whose: str) -> None:
    assert [account["email"] for account in world.found] == [world.people[whose].email]


@then(parsers.re(r"the accounts of (?P<names>\w+(?: and \w+)*) are among them"))
def accounts_among(world: World, names: str) -> None:
    seen = {text(account, "email") for account in world.found}
    assert seen >= {world.people[name].email for name in names.split(" and ")}


@then("each is there once, oldest first")
def each_once(world: World) -> None:
    order = [(moment(text(each, "created_at")), text(each, "id")) for each in world.found]
    assert order == sorted(set(order))


@then(parsers.re(r"(?P<who>\w+) is (?P<no>not )?a superuser"))
def is_superuser(world: World, who: str, no: str | None) -> None:
    world.nothing_unnoticed()
    assert world.asks(who, "GetMe", {})["superuser"] is not bool(no)


@then(parsers.re(r"exactly one of (?P<one>\w+) and (?P<other>\w+) is a superuser"))
def one_is(world: World, one: str, other: str) -> None:
    """The loser was refused: as the last one's dismisser, or as an ordinary user by then."""
    refused = [outcome.refusal.reason for outcome in world.crowd if outcome.refusal]
    assert len(refused) == 1 and refused[0] in ("LAST_SUPERUSER", "ACCESS_DENIED")
    assert [world.asks(who, "GetMe", {})["superuser"] for who in (one, other)].count(True) == 1


def _id(world: World, who: str) -> str:
    """Only those whom a scenario has made know theirs."""
    return world.people[who].id or text(world.asks(who, "GetMe", {}), "id")
