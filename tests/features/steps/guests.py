"""Guests, and who takes over what they had."""

from pytest_bdd import given, parsers, then, when

from tests.faces.outcome import items, number, text
from tests.features.people import Person
from tests.features.world import World


@given(
    parsers.re(
        r"(?P<who>\w+) comes as a guest(?: of (?P<host>\w+)| with (?P<whose>\w+)'s address)?"
    )
)
def comes(world: World, who: str, host: str | None, whose: str | None) -> None:
    """A guest of a server, which makes it with its key, or of nobody."""
    email = world.people[whose].email if whose else world.address(who)
    guest = world.does(host or "nobody", "CreateGuest", {"email": email}).ok()
    token = text(guest, "access_token")
    world.people[who] = Person(name=who, email=email, token=token, id=text(guest, "id"))


@when(parsers.parse('somebody comes as a guest with the address "{email}"'))
def comes_with(world: World, email: str) -> None:
    world.does("nobody", "CreateGuest", {"email": email})


@when(parsers.re(r"(?P<who>\w+) takes over what guests with (?:her|his) address had"))
def takes_over(world: World, who: str) -> None:
    world.does(who, "ClaimGuests", {})


@when(parsers.parse("{who} lists her orders again"))
def tries_to_list(world: World, who: str) -> None:
    world.does(who, "ListOrders", {})


@then(parsers.re(r"she took over (?P<count>\d+) guests?"))
def took_over(world: World, count: str) -> None:
    assert world.last is not None
    assert number(world.last.outcome.ok(), "guests") == int(count)


@then(parsers.parse("{whose}'s order, tickets and hold are {who}'s"))
def are_theirs(world: World, whose: str, who: str) -> None:
    world.nothing_unnoticed()
    order_id, hold_id = world.order_of(whose), world.holds[whose]
    listed = items(world.asks(who, "ListOrders", {}), "items")
    assert order_id in [text(order, "id") for order in listed]
    assert world.asks(who, "GetOrder", {"order_id": order_id})["state"] == "CONFIRMED"
    assert items(world.asks(who, "ListTickets", {"order_id": order_id}), "items")
    assert world.asks(who, "GetHold", {"hold_id": hold_id})["state"] == "ACTIVE"
