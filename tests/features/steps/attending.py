"""What organizers are asked, decide and look at: money by other ways, attention, the books."""

from pytest_bdd import given, parsers, then, when

from tests.faces.outcome import Plain, Request, items, number, text
from tests.features.steps.refunding import tickets_of
from tests.features.words import ASKED, DECISIONS, money
from tests.features.world import World


@given(parsers.parse("one may pay by bank transfer within {hours:d} hours"))
def offers_transfers(world: World, hours: int) -> None:
    world.offline_hours = hours


@given(parsers.parse("{who} pays by bank transfer"))
def transfers(world: World, who: str) -> None:
    request: Request = {
        "order_id": world.order_of(who),
        "provider": "offline",
        "method": "bank_transfer",
    }
    world.does(who, "PayOrder", request, keyed=True)


@given(parsers.parse("{who} says that {whose}'s money is there"))
@when(parsers.parse("{who} says that {whose}'s money is there"))
def says_money_is_there(world: World, who: str, whose: str) -> None:
    order = world.asks(whose, "GetOrder", {"order_id": world.order_of(whose)})
    request = {"order_id": order["id"], "payment_id": text(order, "payment", "id")}
    world.does(who, "ConfirmPayment", request)


@given("the bank makes up its mind")
@when("the bank makes up its mind")
def bank_decides(world: World) -> None:
    world.database.ripen(world.event_id)


@given(parsers.parse("{who} is asked about {what}"))
@then(parsers.parse("{who} is asked about {what}"))
def is_asked(world: World, who: str, what: str) -> None:
    """And what can be done about it; whatever is decided then is about this."""
    kind, choices = ASKED[what]
    world.eventually(lambda: [item["kind"] for item in _open(world, who)], [kind])
    [item] = _open(world, who)
    assert item["choices"] == [*choices] and item["detail"]
    assert item["order_id"] == world.order_of("Ada")
    world.attention_id = text(item, "id")


@then(parsers.parse("{who} is asked nothing"))
def is_asked_nothing(world: World, who: str) -> None:
    assert _open(world, who) == []


@when(parsers.re(rf"(?P<who>\w+) says that (?P<what>{'|'.join(DECISIONS)})"))
def decides(world: World, who: str, what: str) -> None:
    request = {
        "attention_id": world.attention_id,
        "choice": DECISIONS[what],
        "note": "as agreed by telephone",
    }
    world.does(who, "ResolveAttention", request)


@when(parsers.parse("{who} looks for what needs attention"))
def looks(world: World, who: str) -> None:
    world.does(who, "ListAttention", {"organizer_id": world.organizer_id})


@then(parsers.parse("{who}'s tickets are disputed"))
def are_disputed(world: World, who: str) -> None:
    world.eventually(lambda: [each["disputed"] for each in tickets_of(world, who)], [True, True])


@when(parsers.re(r"(?P<who>\w+) looks at (?:her|Olga's) books"))
def looks_at_books(world: World, who: str) -> None:
    world.does(who, "GetReconciliation", {"organizer_id": world.organizer_id})


@then("the books show nothing at all")
def shows_nothing(world: World) -> None:
    books = _books(world)
    assert books["balances"] == books["totals"] == []
    shows_no_difference(world)


@then(parsers.parse("the books show {amount} at the bank"))
def shows_balance(world: World, amount: str) -> None:
    wanted = money(amount)
    [balance] = items(_books(world), "balances")
    assert (balance["provider"], balance["currency"]) == (wanted["amount"], wanted["currency"])
    accounts = ("provider", "disputed", "organizer", "tax", "platform")
    assert sum(number(balance, account) for account in accounts) == 0
    moved = [number(total, "amount") for total in items(_books(world), "totals")]
    assert sum(moved) == wanted["amount"]


@then("the books show no difference")
def shows_no_difference(world: World) -> None:
    assert [report["discrepancies"] for report in items(_books(world), "reports")] == [
        [] for _ in items(_books(world), "reports")
    ]


def _books(world: World) -> dict[str, Plain]:
    assert world.last is not None and world.last.operation == "GetReconciliation"
    return dict(world.last.outcome.ok())


def _open(world: World, who: str) -> list[dict[str, Plain]]:
    request: Request = {"organizer_id": world.organizer_id, "state": "OPEN"}
    return items(world.asks(who, "ListAttention", request), "items")
