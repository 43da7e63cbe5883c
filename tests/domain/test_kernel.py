"""The kernel: checks, errors, money."""

import pytest

from application import errors as _application_errors  # noqa: F401  # declares reasons
from shared.checks import Checks
from shared.errors import AppError, Code, FieldInvalid, Violation
from shared.money import CURRENCIES, MAX_AMOUNT, Money


def test_pointers_and_fields() -> None:
    for path, pointer, field in (
        (("lines", 0, "quantity"), "/lines/0/quantity", "lines[0].quantity"),
        (("name",), "/name", "name"),
        (("a/b", "c~d"), "/a~1b/c~0d", "a/b.c~d"),
        ((), "", ""),
    ):
        violation = Violation(path, "is wrong")
        assert (violation.pointer, violation.field) == (pointer, field)


def test_reasons_are_unique_and_regular() -> None:
    reasons = AppError.reasons()
    assert len(reasons) > 30
    for reason, error in reasons.items():
        assert error.reason == reason == reason.upper()
        assert isinstance(error.code, Code)
        assert error.title.endswith(".") and error().message == error.title
    with pytest.raises(TypeError, match="SOLD_OUT is declared twice"):
        type("Another", (AppError,), {"reason": "SOLD_OUT", "code": Code.ABORTED, "title": "x."})
    assert "SOLD_OUT" in AppError.reasons()


def test_what_an_error_carries() -> None:
    error = FieldInvalid(
        "No.", violations=[Violation(("a",), "b")], retry_after=2, metadata={"n": 1}
    )
    assert (str(error), error.metadata, error.retry_after) == ("No.", {"n": "1"}, 2)
    assert error.violations == (Violation(("a",), "b"),)


def test_money() -> None:
    assert Money(5, "EUR") + Money(7, "EUR") == Money(12, "EUR")
    assert Money(5, "EUR") * 3 == Money(15, "EUR")
    assert Money.zero("EUR").is_zero and not Money(1, "EUR").is_zero
    for amount, currency in ((-1, "EUR"), (1, "XXX"), (1, "eur")):
        with pytest.raises(ValueError):
            Money(amount, currency)
    with pytest.raises(ValueError, match="cannot add USD to EUR"):
        Money(1, "EUR") + Money(1, "USD")
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)


EMAILS = ["a@b.de", "ada.lovelace+tag@mail.example.com", "ü@exämple.org", "o'neil@example.ie"]
NO_EMAILS = ["", "a", "a@b", "@b.de", "a@", "a b@c.de", "a@b..de", "a@b.d", "a@@b.de", "<a@b.de>",
             "x" * 65 + "@b.de", "a@" + "x" * 250 + ".de"]  # fmt: skip


@pytest.mark.parametrize("email", EMAILS)
def test_an_address(email: str) -> None:
    checks = Checks()
    assert checks.email("email", f" {email} ") == email
    checks.done()


@pytest.mark.parametrize("email", NO_EMAILS)
def test_no_address(email: str) -> None:
    checks = Checks()
    checks.email("email", email)
    with pytest.raises(FieldInvalid) as refused:
        checks.done()
    assert [each.pointer for each in refused.value.violations] == ["/email"]


@pytest.mark.parametrize("slug", ["a", "town-hall", "7up", "x" * 63])
def test_a_slug(slug: str) -> None:
    checks = Checks()
    assert checks.slug("slug", slug) == slug
    checks.done()


@pytest.mark.parametrize("slug", ["", "-a", "a-", "A", "a_b", "ä", "x" * 64, "a b", "a\n"])
def test_no_slug(slug: str) -> None:
    checks = Checks()
    checks.slug("slug", slug)
    with pytest.raises(FieldInvalid):
        checks.done()


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\x7fb", "\ud800"])
def test_control_characters_are_refused(text: str) -> None:
    checks = Checks()
    checks.text("name", text, longest=10)
    with pytest.raises(FieldInvalid):
        checks.done()


def test_money_is_in_the_currency_that_is_expected() -> None:
    checks = Checks("ticket_type")
    assert checks.money("price", 1250, "EUR", expected="EUR") == Money(1250, "EUR")
    checks.done()
    checks.money("price", 1, "USD", expected="EUR")
    checks.money("price", -1, "EUR", expected="EUR")
    checks.money("price", MAX_AMOUNT + 1, "EUR", expected="EUR")
    with pytest.raises(FieldInvalid) as refused:
        checks.done()
    assert [each.pointer for each in refused.value.violations] == [
        "/ticket_type/price/currency",
        "/ticket_type/price/amount",
        "/ticket_type/price/amount",
    ]


def test_checks_below_share_one_collection() -> None:
    checks = Checks("a")
    checks.at("b", 0).fail("c", "is wrong")
    checks.fail(None, "is wrong too")
    with pytest.raises(FieldInvalid) as refused:
        checks.done()
    assert [each.pointer for each in refused.value.violations] == ["/a/b/0/c", "/a"]
