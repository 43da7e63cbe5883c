"""What organizers do."""

from datetime import timedelta

from pytest_bdd import given, parsers, when

from tests.faces.outcome import Plain, items, text
from tests.features.words import money, table
from tests.features.world import START, World, new_key


@given(parsers.parse("a room called {name} with {places:d} places"))
def room(world: World, name: str, places: int) -> None:
    world.pools.append({"name": name, "capacity": places})


@given(parsers.parse("one buyer may have at most {most:d} tickets"))
def buyer_limit(world: World, most: int) -> None:
    world.max_per_buyer = most


@given("prices are without taxes")
def taxes_on_top(world: World) -> None:
    world.terms["prices_include_tax"] = False


@given("buyers pay the fee")
def fees_on_top(world: World) -> None:
    world.terms["pass_on_fees"] = True


@given("these tickets are planned:")
def planned(world: World, datatable: list[list[str]]) -> None:
    world.organizer_id = new_organizer(world, "Olga")
    request = draft(world, world.organizer_id, [ticket_type(row) for row in table(datatable)])
    know(world, world.does("Olga", "CreateEvent", request).ok())


@given("these tickets are on sale:")
def on_sale(world: World, datatable: list[list[str]]) -> None:
    planned(world, datatable)
    publishes(world, "Olga")
    world.event = world.asks("Olga", "GetEvent", {"event_id": world.event_id})


@given(parsers.parse("Olga plans {count:d} events on following days, all on sale"))
def programme(world: World, count: int) -> None:
    world.organizer_id = new_organizer(world, "Olga")
    ticket: Plain = {"name": "Standing", "price": {"amount": 100, "currency": "EUR"}, "capacity": 1}
    for day in reversed(range(1, count + 1)):
        request = draft(world, world.organizer_id, [ticket], day=day)
        world.event = world.does("Olga", "CreateEvent", request).ok()
        publishes(world, "Olga")


@when(parsers.parse("{who} plans an event for Olga's organizer"))
def plans_for_another(world: World, who: str) -> None:
    world.organizer_id = new_organizer(world, "Olga")
    world.does(who, "CreateEvent", draft(world, world.organizer_id, []))


@given(parsers.parse("{who} publishes the event"))
@when(parsers.parse("{who} publishes the event"))
def publishes(world: World, who: str) -> None:
    world.does(who, "PublishEvent", {"event_id": world.event_id})


@given(parsers.parse("{who} closes the event"))
@when(parsers.parse("{who} closes the event"))
def closes(world: World, who: str) -> None:
    world.does(who, "CloseEvent", {"event_id": world.event_id})


@given(parsers.parse("{who} cancels the event"))
@when(parsers.parse("{who} cancels the event"))
def calls_off(world: World, who: str) -> None:
    world.does(who, "CancelEvent", {"event_id": world.event_id})


@given(parsers.parse("{who} adds {places:d} {name} tickets for {price}"))
@when(parsers.parse("{who} adds {places:d} {name} tickets for {price}"))
def adds(world: World, who: str, places: int, name: str, price: str) -> None:
    outcome = world.does(
        who,
        "AddTicketType",
        {"event_id": world.event_id, "name": name, "price": money(price), "capacity": places},
    )
    if outcome.refusal is None:
        know(world, outcome.answer)


@when(parsers.parse("{who} renames the event"))
def renames(world: World, who: str) -> None:
    world.does(who, "UpdateEvent", {"event_id": world.event_id, "name": f"{world.word} again"})


@when(parsers.parse("{who} renames the event as she saw it first"))
def renames_old(world: World, who: str) -> None:
    """`world.event` is as it was when it went on sale."""
    request = {
        "event_id": world.event_id,
        "name": f"{world.word} at last",
        "etag": f'"{world.event["version"]}"',
    }
    world.does(who, "UpdateEvent", request)


def new_organizer(world: World, who: str) -> str:
    slug = f"house-{new_key()}"
    return text(world.does(who, "CreateOrganizer", {"name": "House", "slug": slug}).ok(), "id")


def draft(
    world: World, organizer_id: str, ticket_types: list[Plain], *, day: int = 1
) -> dict[str, Plain]:
    currency = text(ticket_types[0], "price", "currency") if ticket_types else "EUR"
    return {
        **world.terms,
        "organizer_id": organizer_id,
        "name": f"The great {world.word}",
        "description": "Song and dance.",
        "venue": "Old Town Hall",
        "timezone": "Europe/Berlin",
        "starts_at": (START + timedelta(days=day)).isoformat(),
        "ends_at": (START + timedelta(days=day, hours=3)).isoformat(),
        "currency": currency,
        "max_per_buyer": world.max_per_buyer,
        "offline_payment_hours": world.offline_hours,
        "pools": world.pools,
        "ticket_types": ticket_types,
    }


def ticket_type(row: dict[str, str]) -> Plain:
    """A row of a table; an empty cell means that it is not said."""
    found: dict[str, Plain] = {"name": row["ticket"], "price": money(row["price"])}
    if places := row["places"]:
        found["capacity"] = int(places)
    if room := row.get("room"):
        found["pools"] = [room]
    if tax := row.get("tax"):
        found |= {"tax_name": "VAT", "tax_rate_basis_points": int(tax.removesuffix(" %")) * 100}
    if most := row.get("per order"):
        found["max_per_order"] = int(most)
    return found


def know(world: World, event: dict[str, Plain] | object) -> None:
    assert isinstance(event, dict)
    world.event = event
    world.types = {
        text(ticket_type, "name"): text(ticket_type, "id")
        for ticket_type in items(event, "ticket_types")
    }
