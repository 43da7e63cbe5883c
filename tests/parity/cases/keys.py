"""Idempotency keys."""

from collections.abc import Iterator

from tests.parity.cases.case import Ask, Case, case, of


def keys() -> Iterator[Case]:
    def hold(quantity: int) -> Ask:
        return lambda scene: {
            "event_id": scene.ids["on sale"],
            "lines": scene.lines("on sale", Standing=quantity),
        }

    for operation in ("CreateHold", "CreateOrder", "PayOrder", "CancelOrder"):
        request = of("order_id", "unpaid") if "Order" in operation else hold(1)
        if operation == "CreateOrder":
            request = of("hold_id", "active")
        yield case(
            f"{operation} without a key", operation, "ada", request, "IDEMPOTENCY_KEY_REQUIRED"
        )
    yield case(
        "a short key",
        "CreateHold",
        "ada",
        hold(1),
        "IDEMPOTENCY_KEY_INVALID",
        key="fifteen-letters",
    )
    yield case("a long key", "CreateHold", "ada", hold(1), "IDEMPOTENCY_KEY_INVALID", key="x" * 65)
    yield case(
        "a key of odd letters",
        "CreateHold",
        "ada",
        hold(1),
        "IDEMPOTENCY_KEY_INVALID",
        key="sixteen letters!",
    )
    yield case(
        "a bad key before a wrong shape",
        "CreateHold",
        "ada",
        lambda scene: {},
        "IDEMPOTENCY_KEY_INVALID",
        key="short",
    )
    yield case(
        "a bad key where none is needed",
        "ExtendHold",
        "ada",
        of("hold_id", "active"),
        "IDEMPOTENCY_KEY_INVALID",
        key="short",
    )
    yield case("a used key", "CreateHold", "ada", hold(1), key="used")
    yield case(
        "a used key for something else",
        "CreateHold",
        "ada",
        hold(2),
        "IDEMPOTENCY_KEY_REUSED",
        key="used",
    )
    yield case("another's key", "CreateHold", "ben", hold(2), key="used")
