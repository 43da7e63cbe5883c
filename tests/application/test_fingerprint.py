"""Fingerprints: equal for equal content, whichever face it came through."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from uuid import UUID

import pytest

from application.fingerprint import fingerprint
from application.messages import Command
from shared.money import Money

ID = UUID("01a1fc17-6c9e-74a6-8030-4950aa77344b")
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Color(Enum):
    RED = "RED"
    BLUE = "BLUE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    name: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint(Command[None]):
    id: UUID = ID
    at: datetime = AT
    color: Color = Color.RED
    note: str | None = None
    price: Money = Money(1250, "EUR")
    lines: tuple[Line, ...] = (Line(name="ä", quantity=1), Line(name="b", quantity=2))


def test_it_is_a_digest_that_never_changes() -> None:
    """Keys are kept for days, across releases: a new way to compute it would refuse replays."""
    digest = fingerprint("Paint", Paint())
    assert len(digest) == 32
    assert digest.hex() == "aa34e8197f6edbae14b896271ae2bab5a625dd1bdee2bde3e0d8325ebc187faf"


def test_equal_content_has_an_equal_one() -> None:
    berlin = AT.astimezone(timezone(timedelta(hours=1)))
    same = Paint(id=UUID(str(ID).upper()), at=berlin, lines=tuple(list(Paint().lines)))
    assert fingerprint("Paint", Paint()) == fingerprint("Paint", same)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": UUID(int=1)},
        {"at": AT + timedelta(microseconds=1)},
        {"color": Color.BLUE},
        {"note": ""},
        {"note": "None"},
        {"price": Money(1251, "EUR")},
        {"price": Money(1250, "USD")},
        {"lines": ()},
        {"lines": (Line(name="b", quantity=2), Line(name="ä", quantity=1))},
        {"lines": (Line(name="ä", quantity=1), Line(name="b", quantity=3))},
    ],
)
def test_other_content_has_another(changes: dict[str, object]) -> None:
    other = replace(Paint(), **changes)  # type: ignore[arg-type]  # fields by name
    assert fingerprint("Paint", Paint()) != fingerprint("Paint", other)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_at_the_end_of_the_calendar_is_no_accident(moment: str) -> None:
    """It is refused where fields are checked, which is later."""
    changed = replace(Paint(), at=datetime.fromisoformat(moment))
    assert fingerprint("Paint", changed) != fingerprint("Paint", Paint())


def test_another_operation_has_another() -> None:
    assert fingerprint("Paint", Paint()) != fingerprint("Draw", Paint())


def test_what_cannot_be_compared_cannot_be_carried() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Odd(Command[None]):
        value: float

    with pytest.raises(TypeError, match="cannot carry float"):
        fingerprint("Odd", Odd(value=1.5))
