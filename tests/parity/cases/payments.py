"""Paying and cancelling."""

from collections.abc import Iterator

from tests.faces.outcome import Plain
from tests.parity.cases.case import MALFORMED, MISSING, Ask, Case, case, of


def payments() -> Iterator[Case]:
    def pay(order: str, **fields: Plain) -> Ask:
        return lambda scene: {"order_id": scene.ids.get(order, order), **fields}

    def refused(operation: str, order: str, reason: str, *fields: str, who: str = "ada") -> Case:
        name = f"{operation} of {order} by {who}"
        return case(name, operation, who, pay(order), reason, *fields, key="new")

    yield case(
        "paying nowhere",
        "PayOrder",
        "ada",
        pay("unpaid", provider="nowhere"),
        "PAYMENT_PROVIDER_UNKNOWN",
        key="new",
    )
    yield case(
        "paying somehow",
        "PayOrder",
        "ada",
        pay("unpaid", method="somehow"),
        "FIELD_INVALID",
        "method",
        key="new",
    )
    yield case("a declined payment", "PayOrder", "ada", pay("unpaid", method="decline"), key="new")
    yield case("paying", "PayOrder", "ada", pay("unpaid", provider="simulated"), key="new")
    yield refused("PayOrder", "paid", "ORDER_NOT_PAYABLE")
    yield refused("PayOrder", "free", "ORDER_NOT_PAYABLE")
    yield refused("PayOrder", "cancelled order", "ORDER_NOT_PAYABLE")
    yield refused("PayOrder", "expired order", "ORDER_NOT_PAYABLE")
    yield refused("PayOrder", "waiting", "PAYMENT_IN_PROGRESS")
    yield refused("PayOrder", "order of a cancelled event", "EVENT_NOT_ON_SALE")
    yield refused("PayOrder", "waiting", "ORDER_NOT_FOUND", who="olga")
    yield refused("PayOrder", MISSING, "ORDER_NOT_FOUND")
    yield refused("PayOrder", MALFORMED, "FIELD_INVALID", "order_id")
    yield refused("CancelOrder", "paid", "ORDER_NOT_CANCELLABLE")
    yield refused("CancelOrder", "cancelled order", "ORDER_NOT_CANCELLABLE")
    yield refused("CancelOrder", "waiting", "ORDER_NOT_FOUND", who="ben")
    yield case(
        "cancelling what one sold",
        "CancelOrder",
        "olga",
        of("order_id", "order of a cancelled event"),
        key="new",
    )
