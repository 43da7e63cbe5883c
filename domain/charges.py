"""What a price is made of beside what the organizer gets: taxes and fees, as named lines.

All are reckoned for one unit and rounded there, half up to the minor unit of the currency: so many
units cost so many times as much, and what comes back for one ticket is what was paid for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from shared.money import Money

WHOLE = 10_000
"""Basis points of the whole: 1900 are 19 %."""


class ChargeKind(Enum):
    TAX = "TAX"
    FEE = "FEE"
    """The platform's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCharge:
    """Of one unit. What is `included` is part of its price; what is not comes on top of it."""

    kind: ChargeKind
    name: str
    amount: Money
    included: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """`included`: prices contain it already."""

    name: str
    basis_points: int
    included: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What the platform takes of a ticket: a share of its price and `per_ticket` minor units.
    Passed on, the buyer pays it on top; otherwise it is the organizer's to bear."""

    name: str = "Service fee"
    basis_points: int = 0
    per_ticket: int = 0
    passed_on: bool = False

    @property
    def is_nothing(self) -> bool:
        return not self.basis_points and not self.per_ticket


def charges_of(price: Money, tax: Tax, fee: Fee) -> tuple[UnitCharge, ...]:
    """The taxes and fees of one unit at this price; those of no amount are left out.

    The tax is on the price alone, not on a fee. What is free carries neither. A fee that the
    organizer bears is never more than the price leaves after the tax in it.
    """
    if price.is_zero:
        return ()
    charges = []
    if tax.included:
        tax_amount = _share(price.amount, tax.basis_points, WHOLE + tax.basis_points)
    else:
        tax_amount = _share(price.amount, tax.basis_points, WHOLE)
    if tax_amount:
        charges.append(_charge(ChargeKind.TAX, tax.name, tax_amount, price, tax.included))
    fee_amount = _share(price.amount, fee.basis_points, WHOLE) + fee.per_ticket
    if not fee.passed_on:
        fee_amount = min(fee_amount, price.amount - (tax_amount if tax.included else 0))
    if fee_amount:
        charges.append(_charge(ChargeKind.FEE, fee.name, fee_amount, price, not fee.passed_on))
    return tuple(charges)


def summed(lines: Iterable[tuple[int, tuple[UnitCharge, ...]]]) -> tuple[UnitCharge, ...]:
    """Of all units of lines (quantity, charges of one unit) together: one of each name."""
    sums: dict[tuple[ChargeKind, str, bool], Money] = {}
    for quantity, charges in lines:
        for charge in charges:
            what = charge.kind, charge.name, charge.included
            more = charge.amount * quantity
            sums[what] = sums[what] + more if what in sums else more
    return tuple(
        UnitCharge(kind=kind, name=name, amount=amount, included=included)
        for (kind, name, included), amount in sums.items()
    )


def _charge(kind: ChargeKind, name: str, amount: int, price: Money, included: bool) -> UnitCharge:
    return UnitCharge(kind=kind, name=name, amount=Money(amount, price.currency), included=included)


def _share(amount: int, part: int, whole: int) -> int:
    """Rounded half up; exact, for all are integers."""
    return (2 * amount * part + whole) // (2 * whole)
