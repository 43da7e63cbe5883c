"""Orders and tickets."""

from collections.abc import Iterator

from tests.parity.cases.case import MALFORMED, Ask, Case, case, of


def orders() -> Iterator[Case]:
    def order(hold: str) -> Ask:
        return lambda scene: scene.checkout(hold)

    def refused(name: str, ask: Ask, reason: str, *fields: str, who: str = "ada") -> Case:
        return case(name, "CreateOrder", who, ask, reason, *fields, key="new")

    yield case("an order", "CreateOrder", "ada", order("active"), key="new")
    yield refused("an order of another's hold", order("active"), "HOLD_NOT_FOUND", who="ben")
    yield refused("an order of an expired hold", order("expired"), "HOLD_EXPIRED")
    yield refused("an order of a released hold", order("released"), "HOLD_NOT_ACTIVE")
    yield refused("an order of an ordered hold", order("hold of unpaid"), "HOLD_HAS_ORDER")
    yield refused(
        "an order of a cancelled event", order("hold of a cancelled event"), "EVENT_NOT_ON_SALE"
    )
    yield refused("an order of nothing", lambda scene: {}, "FIELD_INVALID", "hold_id", "buyer")
    yield refused(
        "an order for nobody",
        lambda scene: {"hold_id": scene.ids["active"], "buyer": {"name": "", "email": "nowhere"}},
        "FIELD_INVALID",
        "buyer.name",
        "buyer.email",
    )
    yield case("a look at an order", "GetOrder", "ada", of("order_id", "paid"))
    yield case("a look at what one sold", "GetOrder", "olga", of("order_id", "waiting"))
    yield case("a look at an expired order", "GetOrder", "ada", of("order_id", "expired order"))
    yield case("tickets", "ListTickets", "ada", of("order_id", "paid"))
    yield case("no tickets", "ListTickets", "ada", of("order_id", "expired order"))
    for operation in ("GetOrder", "ListTickets"):
        yield case(
            f"{operation} of another's",
            operation,
            "ben",
            of("order_id", "paid"),
            "ORDER_NOT_FOUND",
        )
        yield case(
            f"{operation} of nonsense",
            operation,
            "ada",
            of("order_id", MALFORMED),
            "FIELD_INVALID",
            "order_id",
        )
    yield case("orders", "ListOrders", "ada", of("event_id", "expiring"))
    yield case(
        "orders of one's organizer",
        "ListOrders",
        "olga",
        lambda scene: {"organizer_id": scene.ids["organizer"], "state": "CONFIRMED"},
    )
    yield case(
        "orders of another's organizer",
        "ListOrders",
        "ben",
        of("organizer_id", "organizer"),
        "ORGANIZER_NOT_FOUND",
    )
    yield case(
        "orders of no state",
        "ListOrders",
        "ada",
        lambda scene: {"state": "OPEN"},
        "FIELD_INVALID",
        "state",
    )
