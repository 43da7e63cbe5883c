"""New events."""

from collections.abc import Iterator
from datetime import timedelta

from tests.faces.outcome import Plain
from tests.parity.cases.case import Ask, Case, case
from tests.parity.scene import START, ticket_type


def new_events() -> Iterator[Case]:
    def new(**fields: Plain) -> Ask:
        return lambda scene: scene.event(**fields)

    hall: Plain = {"name": "Hall", "capacity": 5}
    yield case(
        "a new event",
        "CreateEvent",
        "olga",
        new(
            max_per_buyer=6,
            pools=[hall],
            ticket_types=[
                ticket_type("Standing", 2500, pools=["Hall"]),
                ticket_type("Student", 1250, capacity=2, max_per_order=1, pools=["Hall"]),
            ],
        ),
    )
    yield case("an event of another's", "CreateEvent", "ben", new(), "ORGANIZER_NOT_FOUND")
    yield case(
        "an event without anything",
        "CreateEvent",
        "olga",
        lambda scene: {},
        "FIELD_INVALID",
        "organizer_id",
        "name",
        "starts_at",
        "ends_at",
        "currency",
    )
    yield case(
        "an event of nonsense",
        "CreateEvent",
        "olga",
        new(
            name=" ",
            timezone="Atlantis",
            currency="XYZ",
            max_per_buyer=0,
            ends_at=(START - timedelta(days=1)).isoformat(),
            venue="v" * 201,
        ),
        "FIELD_INVALID",
        "ends_at",
        "max_per_buyer",
        "name",
        "venue",
        "timezone",
        "currency",
    )
    yield case(
        "ticket types of nonsense",
        "CreateEvent",
        "olga",
        new(
            pools=[hall],
            ticket_types=[
                ticket_type("A", -1, capacity=0),
                ticket_type("B", 1, capacity=1, pools=["Nowhere"]),
                ticket_type("C", 1),
                ticket_type("C", 1, pools=["Hall", "Hall"], max_per_order=0),
                {"name": "D", "price": {"amount": 1, "currency": "USD"}, "capacity": 1},
            ],
        ),
        "FIELD_INVALID",
        "ticket_types[0].price.amount",
        "ticket_types[0].capacity",
        "ticket_types[1].pools[0]",
        "ticket_types[2].capacity",
        "ticket_types[3].max_per_order",
        "ticket_types[3].pools[1]",
        "ticket_types[3].name",
        "ticket_types[4].price.currency",
    )
    yield case(
        "ticket types without anything",
        "CreateEvent",
        "olga",
        new(ticket_types=[{}]),
        "FIELD_INVALID",
        "ticket_types[0].name",
        "ticket_types[0].price",
    )
    yield case(
        "pools of nonsense",
        "CreateEvent",
        "olga",
        new(pools=[{"name": "", "capacity": 1}, {"name": "Hall", "capacity": 0}, hall]),
        "FIELD_INVALID",
        "pools[0].name",
        "pools[1].capacity",
        "pools[2].name",
    )
