"""API keys of an organizer, and the servers that call with them."""

from datetime import UTC, datetime, timedelta

from pytest_bdd import given, parsers, then, when

from application.policy import SCOPES
from tests.faces.outcome import Plain, items, text
from tests.features.people import Person
from tests.features.steps.selling import draft, know, new_organizer, publishes, ticket_type
from tests.features.steps.time import moment
from tests.features.words import table
from tests.features.world import World


@given(parsers.re(r"Olga makes a (?P<mode>live|test) key called (?P<name>\w+)(?P<day> .+)? for:"))
def makes_key(
    world: World, mode: str, name: str, day: str | None, datatable: list[list[str]]
) -> None:
    expires_at = (datetime.now(UTC) + timedelta(days=1)).isoformat() if day else None
    _make(world, name, [row["operation"] for row in table(datatable)], mode == "live", expires_at)


@given(
    parsers.re(r"Olga makes a (?P<mode>live|test) key called (?P<name>\w+) for everything"),
)
def makes_key_for_all(world: World, mode: str, name: str) -> None:
    _make(world, name, sorted(SCOPES), mode == "live", None)


@given("Otto runs a house of his own")
def runs_a_house(world: World) -> None:
    world.houses["Otto"] = new_organizer(world, "Otto")


@given(parsers.parse("{name} puts on sale:"))
@when(parsers.parse("{name} puts on sale:"))
def puts_on_sale(world: World, name: str, datatable: list[list[str]]) -> None:
    types = [ticket_type(row) for row in table(datatable)]
    know(world, world.does(name, "CreateEvent", draft(world, world.organizer_id, types)).ok())
    publishes(world, name)


@when(parsers.re(r"(?P<name>\w+) plans an event(?: for (?P<whose>Otto)'s house)?"))
def plans(world: World, name: str, whose: str | None) -> None:
    organizer_id = world.houses[whose] if whose else world.organizer_id
    outcome = world.does(name, "CreateEvent", draft(world, organizer_id, []))
    if outcome.refusal is None:
        know(world, outcome.answer)


@when(parsers.parse("{name} lists its orders"))
def lists_its_orders(world: World, name: str) -> None:
    outcome = world.does(name, "ListOrders", {})
    world.found = items(outcome.answer, "items") if outcome.refusal is None else []


@when(parsers.parse("{name} lists the orders of Otto's house"))
def lists_orders_of_another(world: World, name: str) -> None:
    world.does(name, "ListOrders", {"organizer_id": world.houses["Otto"]})


@when(parsers.parse("{who} tries to make a key for {operation}"))
def tries_to_make(world: World, who: str, operation: str) -> None:
    scopes: list[Plain] = [] if operation == "nothing" else [operation]
    request: dict[str, Plain] = {"organizer_id": world.organizer_id, "name": "Key"}
    world.does(who, "CreateApiKey", {**request, "live": True, "scopes": scopes})


@when(parsers.parse("{who} revokes {name}'s key"))
def revokes(world: World, who: str, name: str) -> None:
    request = {"organizer_id": world.organizer_id, "api_key_id": text(world.keys[name], "id")}
    world.does(who, "RevokeApiKey", request)


@when(parsers.parse("{who} reads which keys there are"))
def reads_keys(world: World, who: str) -> None:
    outcome = world.does(who, "ListApiKeys", {"organizer_id": world.organizer_id})
    world.found = items(outcome.answer, "items") if outcome.refusal is None else []


@when(parsers.parse("{hours:d} hours pass for the keys"))
def hours_pass(world: World, hours: int) -> None:
    world.database.pass_for_keys(world.organizer_id, timedelta(hours=hours))


@then(parsers.parse("Olga was shown {name}'s key"))
def was_shown(world: World, name: str) -> None:
    key = text(world.keys[name], "key")
    assert key.startswith("hf_live_") and key.startswith(text(world.keys[name], "hint"))


@then(parsers.parse("{name}'s key is among them, but for its secret"))
def without_secret(world: World, name: str) -> None:
    """The rest is as it was."""
    assert world.found == [{**world.keys[name], "key": None}]


@then(parsers.parse("nothing in the database is {name}'s key"))
def not_in_the_database(world: World, name: str) -> None:
    look = "SELECT count(*) FROM {} AS kept WHERE kept::text LIKE '%' || $1 || '%'"
    secret = text(world.keys[name], "key").removeprefix(text(world.keys[name], "hint"))
    for place in ("api_keys", "outbox", "idempotency_keys"):
        assert world.database.fetch(look.format(place), secret)[0]["count"] == 0, place


@then(parsers.parse("{name}'s key was never used"))
def never_used(world: World, name: str) -> None:
    assert _found(world, name)["last_used_at"] is None


@then(parsers.parse("{name}'s key was used just now"))
def used_just_now(world: World, name: str) -> None:
    used = moment(text(_found(world, name), "last_used_at"))
    assert abs(datetime.now(UTC) - used) < timedelta(minutes=1)


@then(parsers.parse("{name}'s key is revoked"))
def is_revoked(world: World, name: str) -> None:
    assert _found(world, name)["revoked_at"] is not None


@then(parsers.parse("{name} sees the event, which is a test"))
def sees_test(world: World, name: str) -> None:
    assert world.asks(name, "GetEvent", {"event_id": world.event_id})["live"] is False
    assert _sees(world, name)


@then(parsers.re(r"neither (?P<names>\w+(?: nor \w+)*) sees the event"))
def none_sees(world: World, names: str) -> None:
    """Whether they know its id, look through all events, or ask what is left."""
    world.nothing_unnoticed()
    for name in names.split(" nor "):
        for operation in ("GetEvent", "GetAvailability"):
            request = {"event_id": world.event_id}
            refusal = world.face.call(operation, request, token=world.token(name)).refusal
            assert refusal is not None and refusal.reason == "EVENT_NOT_FOUND", (name, operation)
        assert not _sees(world, name), name


def _sees(world: World, name: str) -> bool:
    page = world.asks(name, "ListEvents", {"organizer_id": world.organizer_id})
    return world.event_id in [text(event, "id") for event in items(page, "items")]


def _found(world: World, name: str) -> dict[str, Plain]:
    [found] = [each for each in world.found if each["id"] == world.keys[name]["id"]]
    return found


def _make(world: World, name: str, scopes: list[str], live: bool, expires_at: str | None) -> None:
    request: dict[str, Plain] = {
        "organizer_id": world.organizer_id,
        "name": name,
        "live": live,
        "scopes": list(scopes),
        "expires_at": expires_at,
    }
    key = dict(world.does("Olga", "CreateApiKey", request).ok())
    world.keys[name] = key
    world.people[name] = Person(name=name, email="", token=text(key, "key"))
