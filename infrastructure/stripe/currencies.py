"""Amounts as Stripe writes them: in its own minor units, which are not always ISO 4217's.

Source: docs.stripe.com/currencies. ISK and UGX are whole, but written with two decimals, 00. HUF
and TWD are whole for payouts only; payments have two decimals, as everywhere else. MGA is whole.
"""

from typing import Final

from application.ports.payments import CallRefused
from shared.money import Money, exponent

_NO_DECIMALS: Final = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()
)
_THREE_DECIMALS: Final = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


def decimals(currency: str) -> int:
    """How many decimals Stripe's amounts have: 2 for EUR and ISK, 0 for JPY, 3 for KWD."""
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def to_stripe(money: Money) -> int:
    """Raises CallRefused `amount_not_payable` for an amount that Stripe has no number for: a
    fraction of an ariary, or fils that are no multiple of ten."""
    shift = decimals(money.currency) - exponent(money.currency)
    amount, rest = divmod(money.amount * _power(shift), _power(-shift))
    if money.currency in _THREE_DECIMALS:
        rest = amount % 10
    if rest:
        raise CallRefused("amount_not_payable")
    return amount


def from_stripe(amount: int, currency: str) -> Money:
    """Raises ValueError for what is no whole amount of ours: our minor unit is never smaller."""
    code = currency.upper()
    shift = exponent(code) - decimals(code)
    whole, rest = divmod(amount * _power(shift), _power(-shift))
    if rest:
        raise ValueError(f"{amount} {currency} has a fraction that {code} does not have")
    return Money(whole, code)


def _power(exponent_of_ten: int) -> int:
    """Ten to the power; 1 if that is below zero."""
    return int(10 ** max(exponent_of_ten, 0))
