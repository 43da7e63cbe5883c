"""What must be true afterwards."""

from collections import Counter

from pytest_bdd import given, parsers, then

from tests.faces.outcome import Plain, items, number, text
from tests.features.words import ORDER_STATES, PAYMENT_STATES, REASONS, counts, money
from tests.features.world import World


@then(parsers.parse("it is refused because {why}"))
def refused(world: World, why: str) -> None:
    refusal = world.refused()
    assert (refusal.code, refusal.reason) == REASONS[why], refusal


@then(parsers.parse("the refusal names {names}"))
def refusal_names(world: World, names: str) -> None:
    """Each line that is named, by the ticket it asked for."""
    assert world.last is not None and world.last.outcome.refusal is not None
    by_id = {type_id: name for name, type_id in world.types.items()}
    lines = items(world.last.request, "lines")
    named = [
        by_id[text(lines[int(place.split("[")[1].split("]")[0])], "ticket_type_id")]
        for place, _ in world.last.outcome.refusal.fields
    ]
    assert named == names.split(" and ")


@then(parsers.parse('the refusal points at "{place}"'))
def refusal_points(world: World, place: str) -> None:
    assert world.last is not None and world.last.outcome.refusal is not None
    assert [field for field, _ in world.last.outcome.refusal.fields] == [place]


@then(parsers.re(r"(?P<who>\w+)'s hold is (?P<state>active|expired|released|converted)"))
def hold_is(world: World, who: str, state: str) -> None:
    world.nothing_unnoticed()
    hold = world.asks(who, "GetHold", {"hold_id": world.holds[who]})
    assert hold["state"] == state.upper()


@then(parsers.parse("{who}'s hold costs {price}"))
def hold_costs(world: World, who: str, price: str) -> None:
    hold = world.asks(who, "GetHold", {"hold_id": world.holds[who]})
    assert hold["total"] == money(price)


@then(parsers.re(r"(?P<where>of|on top of) it the (?P<name>.+) is (?P<price>\S+ \w+)"))
def charge_is(world: World, where: str, name: str, price: str) -> None:
    """In what was answered last: included in the prices, or on top of them."""
    assert world.last is not None
    [charge] = [
        each for each in items(world.last.outcome.answer, "charges") if each["name"] == name
    ]
    assert (charge["amount"], charge["included"]) == (money(price), where == "of")


@then(parsers.parse("{who}'s order costs {price}"))
def order_costs(world: World, who: str, price: str) -> None:
    order = world.asks(who, "GetOrder", {"order_id": world.order_of(who)})
    assert order["total"] == money(price)


@given(
    parsers.re(
        r"(?P<who>\w+)'s order is "
        r"(?P<state>waiting for payment|confirmed|cancelled|expired|failed|"
        r"refunded|partially refunded)"
    )
)
@then(
    parsers.re(
        r"(?P<who>\w+)'s order is "
        r"(?P<state>waiting for payment|confirmed|cancelled|expired|failed|"
        r"refunded|partially refunded)"
    )
)
def order_is(world: World, who: str, state: str) -> None:
    world.nothing_unnoticed()
    request = {"order_id": world.order_of(who)}
    world.eventually(lambda: world.asks(who, "GetOrder", request)["state"], ORDER_STATES[state])


@then(
    parsers.re(
        r"(?P<who>\w+)'s payment (?P<state>needs action|is processing|has failed|is over|is taken)"
    )
)
def payment_is(world: World, who: str, state: str) -> None:
    request, wanted = {"order_id": world.order_of(who)}, PAYMENT_STATES[state]
    world.eventually(
        lambda: text(world.asks(who, "GetOrder", request), "payment", "state") in wanted, True
    )


@then(parsers.re(r"(?P<left>\d+) (?P<name>\w+) tickets? (?:is|are) left"))
def left(world: World, left: str, name: str) -> None:
    """In the background, stock comes back within a moment."""

    def available() -> Plain:
        seen = world.asks("Ada", "GetAvailability", {"event_id": world.event_id})
        [entry] = [
            entry
            for entry in items(seen, "ticket_types")
            if entry["ticket_type_id"] == world.types[name]
        ]
        return number(entry, "available")

    world.eventually(available, int(left))


@then(parsers.re(r"(?P<who>\w+) has (?P<what>(?:\d+ \w+(?: and )?)+ tickets?)"))
def has_tickets(world: World, who: str, what: str) -> None:
    by_id = {type_id: name for name, type_id in world.types.items()}
    tickets = items(world.asks(who, "ListTickets", {"order_id": world.order_of(who)}), "items")
    assert {text(ticket, "state") for ticket in tickets} == {"ISSUED"}
    seen = Counter(by_id[text(ticket, "ticket_type_id")] for ticket in tickets)
    assert seen == dict(counts(what))


@then(parsers.re(r"(?P<who>\w+) has no tickets"))
def has_no_tickets(world: World, who: str) -> None:
    page = world.asks(who, "ListTickets", {"order_id": world.order_of(who)})
    assert items(page, "items") == []


@then("every ticket has a code of its own that nobody can guess")
def codes(world: World) -> None:
    page = world.asks("Ada", "ListTickets", {"order_id": world.order_of("Ada")})
    seen = [text(ticket, "code") for ticket in items(page, "items")]
    assert len(set(seen)) == len(seen) > 0
    assert all(len(code) >= 22 for code in seen)  # 128 bits of base64url


@then(parsers.parse("{who} has paid {amount} in the end"))
def has_paid(world: World, who: str, amount: str) -> None:
    """By the bank's own books: taken, less what was given back, once nothing is reserved."""
    wanted = 0 if amount == "nothing" else number(money(amount), "amount")
    world.eventually(lambda: list(world.books(who)[:2]), [wanted, 0])


@then(parsers.parse("{who} was given back {amount}"))
def was_given_back(world: World, who: str, amount: str) -> None:
    world.eventually(lambda: world.books(who)[2], number(money(amount), "amount"))
