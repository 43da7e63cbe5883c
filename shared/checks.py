"""Checks of incoming fields that name every wrong field at once, in the same words everywhere."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.errors import FieldInvalid, Violation
from shared.money import CURRENCIES, MAX_AMOUNT, Money

Path = tuple[str | int, ...]

# What is wrong with a field that does not even have the right shape; both faces say it alike.
REQUIRED = "is required"
NOT_A_BOOLEAN = "must be true or false"
NOT_A_STRING = "must be a string"
NOT_AN_INTEGER = "must be an integer"
NOT_A_UUID = "must be a UUID"
NOT_A_TIME = "must be an RFC 3339 time with an offset"
NOT_A_LIST = "must be a list"
NOT_AN_OBJECT = "must be an object"
UNKNOWN_FIELD = "is not a known field"

_EMAIL = re.compile(r"[^@\s\"<>(),:;\\\[\]]{1,64}@(?:[^@\s.]+\.)+[^@\s.]{2,}")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def one_of(values: Iterable[str]) -> str:
    """What is wrong with a value that is none of a fixed set."""
    return f"must be one of {', '.join(values)}"


class Checks:
    """Collects violations; `done()` raises `FieldInvalid` with all of them, if there are any.

    Each check returns the cleaned value; after a violation the value is unusable, and `done()`
    must be called before anything is built from it.
    """

    def __init__(self, *prefix: str | int) -> None:
        self._prefix: Path = prefix
        self._violations: list[Violation] = []

    def at(self, *prefix: str | int) -> "Checks":
        """The same collection, for fields below `prefix`."""
        below = Checks(*self._prefix, *prefix)
        below._violations = self._violations
        return below

    def fail(self, field: str | int | None, message: str) -> None:
        path = self._prefix if field is None else (*self._prefix, field)
        self._violations.append(Violation(path, message))

    def done(self) -> None:
        if self._violations:
            raise FieldInvalid(violations=self._violations)

    def text(self, field: str, value: str, *, longest: int, empty: bool = False) -> str:
        """A line or paragraph of printable Unicode; surrounding white space is cut off."""
        value = value.strip()
        if not value and not empty:
            self.fail(field, "must not be empty")
        elif len(value) > longest:
            self.fail(field, f"must be at most {longest} characters")
        elif any(
            unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\r\t" for char in value
        ):
            self.fail(field, "must not contain control characters")
        return value

    def email(self, field: str, value: str) -> str:
        """An address of the form local@domain, at most 254 characters (RFC 5321)."""
        value = self.text(field, value, longest=254)
        if value and not _EMAIL.fullmatch(value):
            self.fail(field, "must be an e-mail address")
        return value

    def slug(self, field: str, value: str) -> str:
        if not _SLUG.fullmatch(value):
            self.fail(field, "must be 1 to 63 of a-z, 0-9 and inner hyphens")
        return value

    def number(self, field: str, value: int, *, least: int, most: int) -> int:
        if not least <= value <= most:
            self.fail(field, f"must be from {least} to {most}")
        return value

    def currency(self, field: str, value: str) -> str:
        if value not in CURRENCIES:
            self.fail(field, "must be an ISO 4217 currency code")
        return value

    def money(self, field: str, amount: int, currency: str, *, expected: str) -> Money:
        """Minor units in the one currency that is expected here."""
        below = self.at(field)
        below.number("amount", amount, least=0, most=MAX_AMOUNT)
        if currency != expected:
            below.fail("currency", f"must be {expected}, the currency of the event")
        valid = 0 <= amount <= MAX_AMOUNT and expected in CURRENCIES
        return Money(amount, expected) if valid else Money.zero("EUR")

    def moment(self, field: str, value: datetime) -> datetime:
        """An absolute moment between 1970 and 9000, as UTC."""
        if value.tzinfo is None:
            self.fail(field, "must have an offset from UTC")
            return value
        if not _EARLIEST <= value <= _LATEST:
            self.fail(field, "must be between the years 1970 and 9000")
            return value
        return value.astimezone(UTC)

    def timezone(self, field: str, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.fail(field, "must be an IANA time zone such as Europe/Berlin")
        return value
