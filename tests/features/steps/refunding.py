"""Money that goes back."""

from pytest_bdd import given, parsers, then, when

from tests.faces.outcome import Plain, items, number, text
from tests.features.words import counts, money
from tests.features.world import World

WHY = "She cannot come"


@given(parsers.re(r"(?P<who>\w+) refunds (?P<whose>\w+)'s order(?P<kept> and keeps the places)?"))
@when(parsers.re(r"(?P<who>\w+) refunds (?P<whose>\w+)'s order(?P<kept> and keeps the places)?"))
def refunds(world: World, who: str, whose: str, kept: str | None) -> None:
    _refund(world, who, whose, return_stock=not kept)


@given(parsers.re(r"(?P<who>\w+) refunds (?P<what>\d+ \w+ tickets?) of (?P<whose>\w+)'s order"))
@when(parsers.re(r"(?P<who>\w+) refunds (?P<what>\d+ \w+ tickets?) of (?P<whose>\w+)'s order"))
def refunds_tickets(world: World, who: str, what: str, whose: str) -> None:
    [(name, quantity)] = counts(what)
    wanted = [
        ticket["id"]
        for ticket in tickets_of(world, whose)
        if (ticket["ticket_type_id"], ticket["state"]) == (world.types[name], "ISSUED")
    ]
    assert len(wanted) >= quantity
    _refund(world, who, whose, ticket_ids=wanted[:quantity])


@given(parsers.re(r"(?P<who>\w+) refunds (?P<amount>\d+\.\d\d \w+) of (?P<whose>\w+)'s order"))
@when(parsers.re(r"(?P<who>\w+) refunds (?P<amount>\d+\.\d\d \w+) of (?P<whose>\w+)'s order"))
def refunds_amount(world: World, who: str, amount: str, whose: str) -> None:
    _refund(world, who, whose, amount=money(amount))


@when(parsers.parse("{who} refunds the same ticket again"))
def refunds_again(world: World, who: str) -> None:
    """With a key of its own."""
    world.does(who, "RefundOrder", world.sent[who].request, keyed=True)


@when(parsers.parse("{who} lists the refunds of the order"))
def lists_refunds(world: World, who: str) -> None:
    looks_at_refunds(world, who, who)


@when(parsers.parse("{who} looks at the refunds of {whose}'s order"))
def looks_at_refunds(world: World, who: str, whose: str) -> None:
    world.does(who, "ListRefunds", {"order_id": world.order_of(whose)})


@then(parsers.parse("{who} sees refunds of {amounts}"))
def sees_refunds(world: World, who: str, amounts: str) -> None:
    request = {"order_id": world.order_of(who)}
    wanted: list[Plain] = [money(amount) for amount in amounts.split(" and ")]
    world.eventually(
        lambda: [
            refund["amount"] for refund in items(world.asks(who, "ListRefunds", request), "items")
        ],
        wanted,
    )


@then(parsers.re(r"(?P<number>all|\d+) of (?P<who>\w+)'s tickets (?:is|are) void"))
def are_void(world: World, number: str, who: str) -> None:
    def void() -> Plain:
        found = tickets_of(world, who)
        gone = [ticket for ticket in found if ticket["state"] == "VOID"]
        return len(found) == len(gone) if number == "all" else len(gone)

    world.eventually(void, True if number == "all" else int(number))


@then(parsers.parse("the books of {whose}'s order are closed"))
def books_are_closed(world: World, whose: str) -> None:
    """Everything that came in went out, in every account."""
    world.eventually(lambda: dict(_accounts(world, whose)), {})


@then(parsers.parse("the books say that {whose}'s order brought {amount}"))
def books_say(world: World, whose: str, amount: str) -> None:
    """Whoever it belongs to."""
    world.eventually(
        lambda: _accounts(world, whose).get("PROVIDER"), number(money(amount), "amount")
    )


def tickets_of(world: World, who: str) -> list[dict[str, Plain]]:
    return items(world.asks(who, "ListTickets", {"order_id": world.order_of(who)}), "items")


def _accounts(world: World, whose: str) -> dict[str, int]:
    """What each account has of an order; every posting sums to zero."""
    found: dict[str, int] = {}
    page = world.asks("Olga", "ListPostings", {"order_id": world.order_of(whose)})
    assert items(page, "items")
    for posting in items(page, "items"):
        entries = items(posting, "entries")
        assert sum(number(entry, "amount") for entry in entries) == 0
        for entry in entries:
            account = text(entry, "account")
            found[account] = found.get(account, 0) + number(entry, "amount")
    return {account: amount for account, amount in found.items() if amount}


def _refund(world: World, who: str, whose: str, **fields: Plain) -> None:
    request = {"order_id": world.order_of(whose), "reason": WHY, **fields}
    world.does(who, "RefundOrder", request, keyed=True)
