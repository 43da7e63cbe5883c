"""What people look at and find."""

from pytest_bdd import parsers, then, when

from tests.faces.outcome import Plain, Request, items, text
from tests.features.words import money, table
from tests.features.world import World


@when(parsers.parse("{who} looks at the event"))
def looks_at_event(world: World, who: str) -> None:
    who = "nobody" if who == "somebody without an account" else who
    outcome = world.does(who, "GetEvent", {"event_id": world.event_id})
    if outcome.refusal is None:
        world.found = [dict(outcome.answer)]


@when(parsers.parse("{who} looks at {whose}'s hold"))
def looks_at_hold(world: World, who: str, whose: str) -> None:
    world.does(who, "GetHold", {"hold_id": world.holds[whose]})


@when(parsers.re(r"(?P<who>\w+) looks at (?P<whose>\w+)'s order"))
def looks_at_order(world: World, who: str, whose: str) -> None:
    world.does(who, "GetOrder", {"order_id": world.order_of(whose)})


@when(parsers.parse("{who} looks at the tickets of {whose}'s order"))
def looks_at_tickets(world: World, who: str, whose: str) -> None:
    world.does(who, "ListTickets", {"order_id": world.order_of(whose)})


@when(parsers.parse("{who} searches for a word of the event's name"))
def searches(world: World, who: str) -> None:
    _list(world, who, {"text": world.word.upper()})


@when(parsers.parse("{who} searches for a word that is not in it"))
def searches_other(world: World, who: str) -> None:
    _list(world, who, {"text": f"{world.word}x"})


@when(parsers.parse('{who} searches for "{sign}"'))
def searches_sign(world: World, who: str, sign: str) -> None:
    _list(world, who, {"text": sign, "organizer_id": world.organizer_id})


@when(parsers.parse("{who} lists what is on sale"))
def lists_on_sale(world: World, who: str) -> None:
    _list(world, who, {"state": "ON_SALE", "organizer_id": world.organizer_id})


@when(parsers.parse("{who} reads the programme {size:d} events at a time"))
def reads_pages(world: World, who: str, size: int) -> None:
    world.found, token = [], ""
    while True:
        request: dict[str, Plain] = {"organizer_id": world.organizer_id, "page_size": size}
        if token:
            request["page_token"] = token
        page = world.asks(who, "ListEvents", request)
        world.found += items(page, "items")
        assert len(items(page, "items")) <= size
        if not (token := text(page, "next_page_token")):
            return


@when(parsers.re(r"(?P<who>\w+) lists (?:her|his) orders"))
def lists_orders(world: World, who: str) -> None:
    page = world.asks(who, "ListOrders", {"event_id": world.event_id})
    world.found = items(page, "items")


@when(parsers.re(r"(?P<who>\w+) lists the orders of (?:her|Olga's) organizer"))
def lists_sold(world: World, who: str) -> None:
    outcome = world.does(who, "ListOrders", {"organizer_id": world.organizer_id})
    if outcome.refusal is None:
        world.found = items(outcome.answer, "items")


@then("the event is found")
def event_found(world: World) -> None:
    assert [text(event, "id") for event in world.found] == [world.event_id]


@then("nothing is found")
def nothing_found(world: World) -> None:
    assert world.found == []


@then(parsers.parse("Ada has seen all {count:d} events once, in order of time"))
def all_seen(world: World, count: int) -> None:
    starts = [text(event, "starts_at") for event in world.found]
    assert len(starts) == count
    assert starts == sorted(set(starts))


@then(parsers.parse("Ada sees {count:d} orders, newest first"))
def orders_seen(world: World, count: int) -> None:
    seen = [text(order, "id") for order in world.found]
    assert len(seen) == count
    assert seen == world.orders["Ada"][::-1]


@then(parsers.parse("{whose}'s order is among them"))
def order_among(world: World, whose: str) -> None:
    assert world.order_of(whose) in [text(order, "id") for order in world.found]


@then(parsers.parse("{who} does not find {whose}'s order among his"))
def order_not_among(world: World, who: str, whose: str) -> None:
    page = world.asks(who, "ListOrders", {"event_id": world.event_id})
    assert items(page, "items") == []
    assert world.order_of(whose)


@then(parsers.re(r"the event is (?P<state>on sale|a draft)"))
def event_is(world: World, state: str) -> None:
    wanted = {"on sale": "ON_SALE", "a draft": "DRAFT"}[state]
    assert [event["state"] for event in world.found] == [wanted]


@then("the event offers:")
def offers(world: World, datatable: list[list[str]]) -> None:
    """Names, prices and places from the event, the rest from its availability."""
    stock = {
        text(entry, "ticket_type_id"): entry
        for entry in items(
            world.asks("Ada", "GetAvailability", {"event_id": world.event_id}), "ticket_types"
        )
    }
    [event] = world.found
    seen = [
        {
            "ticket": offer["name"],
            "price": offer["price"],
            "places": offer["capacity"],
            "left": stock[text(offer, "id")]["available"],
            "held": stock[text(offer, "id")]["held"],
            "sold": stock[text(offer, "id")]["sold"],
        }
        for offer in items(event, "ticket_types")
    ]
    wanted = [
        {
            name: cell if name == "ticket" else money(cell) if name == "price" else int(cell)
            for name, cell in row.items()
        }
        for row in table(datatable)
    ]
    assert seen == wanted


def _list(world: World, who: str, request: Request) -> None:
    world.found = items(world.asks(who, "ListEvents", request), "items")
