"""Looking at holds, extending and releasing them."""

from collections.abc import Iterator

from tests.parity.cases.case import MALFORMED, MISSING, Case, case, of


def ends_of_holds() -> Iterator[Case]:
    yield case("a look at a hold", "GetHold", "ada", of("hold_id", "active"))
    yield case("a look at an expired hold", "GetHold", "ada", of("hold_id", "expired"))
    yield case("keeping a hold", "ExtendHold", "ben", of("hold_id", "to extend"))
    yield case("letting a hold go", "ReleaseHold", "ben", of("hold_id", "to release"))
    for operation in ("GetHold", "ExtendHold", "ReleaseHold"):
        yield case(
            f"{operation} of nothing", operation, "ada", of("hold_id", MISSING), "HOLD_NOT_FOUND"
        )
        yield case(
            f"{operation} of another's",
            operation,
            "ben",
            of("hold_id", "active"),
            "HOLD_NOT_FOUND",
        )
        yield case(
            f"{operation} of nonsense",
            operation,
            "ada",
            of("hold_id", MALFORMED),
            "FIELD_INVALID",
            "hold_id",
        )
    for operation in ("ExtendHold", "ReleaseHold"):
        yield case(
            f"{operation} of an expired one",
            operation,
            "ada",
            of("hold_id", "expired"),
            "HOLD_EXPIRED",
        )
        yield case(
            f"{operation} of a released one",
            operation,
            "ada",
            of("hold_id", "released"),
            "HOLD_NOT_ACTIVE",
        )
    yield case(
        "releasing what is ordered",
        "ReleaseHold",
        "ada",
        of("hold_id", "hold of unpaid"),
        "HOLD_HAS_ORDER",
    )
