"""Money that goes back."""

from collections.abc import Iterator

from tests.faces.outcome import Plain
from tests.parity.cases.case import MALFORMED, MISSING, Ask, Case, case, of
from tests.parity.scene import Scene

_ALL_AT_ONCE = 1_001
"""Tickets in one refund: one more than an order can have."""


def refunds() -> Iterator[Case]:
    yield from _refused()
    yield case("a refund of a ticket", "RefundOrder", "olga", _tickets("first"), key="new")
    yield _no(
        "a refund of a ticket that is void", _tickets("first"), "TICKET_NOT_REFUNDABLE", who="fin"
    )
    yield case(
        "a refund of a part of a ticket",
        "RefundOrder",
        "max",
        _tickets("second", amount=_euro(100)),
        key="new",
    )
    yield case(
        "a refund of an amount",
        "RefundOrder",
        "fin",
        _refund("to refund", amount=_euro(50)),
        key="new",
    )
    yield case("a refund of the rest", "RefundOrder", "olga", _refund("to refund"), key="new")
    yield _no("a refund of nothing that is left", _refund("to refund"), "ORDER_NOT_REFUNDABLE")
    yield case("a used key of a refund", "RefundOrder", "olga", _refund("refunded"), key="refund")
    yield _no(
        "a used key for another refund",
        _refund("refunded", amount=_euro(1)),
        "IDEMPOTENCY_KEY_REUSED",
        key="refund",
    )
    yield case("refunds", "ListRefunds", "ada", of("order_id", "to refund"))
    yield case("no refunds", "ListRefunds", "olga", of("order_id", "waiting"))
    yield case(
        "refunds of another's", "ListRefunds", "ben", of("order_id", "paid"), "ORDER_NOT_FOUND"
    )
    yield case(
        "refunds for a scanner", "ListRefunds", "sam", of("order_id", "paid"), "ROLE_MISSING"
    )
    yield case(
        "refunds of nonsense",
        "ListRefunds",
        "ada",
        of("order_id", MALFORMED),
        "FIELD_INVALID",
        "order_id",
    )
    yield case("a refunded order", "GetOrder", "ada", of("order_id", "to refund"))
    yield case("refunded tickets", "ListTickets", "ada", of("order_id", "to refund"))


def _refused() -> Iterator[Case]:
    """All of them leave the money where it is."""
    for who, reason in (("ada", "ORDER_NOT_FOUND"), ("ben", "ORDER_NOT_FOUND")):
        yield _no(f"a refund by {who}", _refund("to refund"), reason, who=who)
    yield _no("a refund by a scanner", _refund("to refund"), "ROLE_MISSING", who="sam")
    yield _no("a refund of no order", _refund(MISSING), "ORDER_NOT_FOUND")
    for order in ("waiting", "free", "expired order", "cancelled order"):
        yield _no(f"a refund of {order}", _refund(order), "ORDER_NOT_REFUNDABLE")
    yield _no("a refund of too much", _refund("to refund", amount=_euro(5001)), "REFUND_TOO_LARGE")
    yield _no(
        "a refund of more than a ticket",
        _tickets("first", amount=_euro(2501)),
        "REFUND_TOO_LARGE",
    )
    yield _no("a refund of no ticket", _tickets(MISSING), "TICKET_NOT_REFUNDABLE")
    yield _no(
        "a refund of another order's ticket", _tickets("ticket of paid"), "TICKET_NOT_REFUNDABLE"
    )
    wrong: list[tuple[str, Ask, tuple[str, ...]]] = [
        ("nothing", _refund("to refund", amount=_euro(0)), ("amount.amount",)),
        ("less than nothing", _refund("to refund", amount=_euro(-1)), ("amount.amount",)),
        ("dollars", _refund("to refund", amount=_money(1, "USD")), ("amount.currency",)),
        ("no currency", _refund("to refund", amount={"amount": 1}), ("amount.currency",)),
        ("a ticket twice", _tickets("first", "first"), ("ticket_ids",)),
        ("a crowd of tickets", _tickets(*[MISSING] * _ALL_AT_ONCE), ("ticket_ids",)),
        ("a malformed ticket", _tickets("first", MALFORMED), ("ticket_ids[1]",)),
        ("an empty reason", _refund("to refund", reason=" "), ("reason",)),
        ("a long reason", _refund("to refund", reason="x" * 201), ("reason",)),
        ("no reason", of("order_id", "to refund"), ("reason",)),
        ("nonsense", _refund(MALFORMED), ("order_id",)),
    ]
    for what, ask, fields in wrong:
        yield _no(f"a refund of {what}", ask, "FIELD_INVALID", *fields)
    yield _no(
        "a refund without a key", _refund("to refund"), "IDEMPOTENCY_KEY_REQUIRED", key="none"
    )


def _no(
    name: str, ask: Ask, reason: str, *fields: str, who: str = "olga", key: str = "new"
) -> Case:
    return case(name, "RefundOrder", who, ask, reason, *fields, key=key)


def _refund(order: str, **fields: Plain) -> Ask:
    return lambda scene: {
        "order_id": scene.ids.get(order, order),
        "reason": "Ada cannot come",
        **fields,
    }


def _tickets(*names: str, **fields: Plain) -> Ask:
    def ask(scene: Scene) -> dict[str, Plain]:
        ids: list[Plain] = [scene.ids.get(name, name) for name in names]
        return {**_refund("to refund", **fields)(scene), "ticket_ids": ids}

    return ask


def _euro(amount: int) -> Plain:
    return _money(amount, "EUR")


def _money(amount: int, currency: str) -> Plain:
    return {"amount": amount, "currency": currency}
