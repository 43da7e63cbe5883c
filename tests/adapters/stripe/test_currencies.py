"""Amounts as Stripe writes them, and back."""

import pytest

from application.ports.payments import CallRefused
from infrastructure.stripe.currencies import from_stripe, to_stripe
from shared.money import CURRENCIES, Money, exponent

# 1 EUR is written as 100, 1 ISK as 100, 1 MGA (five of whose halves nobody has) as 1.
OURS_AND_STRIPES = [
    (Money(1250, "EUR"), 1250),
    (Money(1250, "JPY"), 1250),
    (Money(1, "XPF"), 1),
    (Money(1250, "KWD"), 1250),
    (Money(5, "ISK"), 500),
    (Money(5, "UGX"), 500),
    (Money(1250, "HUF"), 1250),
    (Money(1255, "TWD"), 1255),
    (Money(1200, "MGA"), 12),
]


@pytest.mark.parametrize(("ours", "stripes"), OURS_AND_STRIPES, ids=str)
def test_both_ways(ours: Money, stripes: int) -> None:
    assert to_stripe(ours) == stripes
    assert from_stripe(stripes, ours.currency.lower()) == ours


@pytest.mark.parametrize(
    "amount", [Money(1251, "KWD"), Money(1255, "BHD"), Money(9, "TND"), Money(1250, "MGA")]
)
def test_what_stripe_has_no_number_for_is_refused(amount: Money) -> None:
    with pytest.raises(CallRefused, match="amount_not_payable"):
        to_stripe(amount)


@pytest.mark.parametrize("currency", ["isk", "ugx"])
def test_a_fraction_of_what_is_whole_is_no_amount(currency: str) -> None:
    with pytest.raises(ValueError, match="fraction"):
        from_stripe(550, currency)
    with pytest.raises(ValueError):
        from_stripe(550, "xyz")


def test_a_thousand_is_a_thousand_in_every_currency() -> None:
    for currency in CURRENCIES:
        thousand = Money(1000 * 10 ** exponent(currency), currency)
        assert from_stripe(to_stripe(thousand), currency.lower()) == thousand
