"""A line of a hold, and of the order that is made from it."""

from dataclasses import dataclass

from domain.charges import ChargeKind, UnitCharge
from domain.stock import StockLine
from shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(StockLine):
    """Units of one ticket type at the price of the moment they were held.

    `charges` are the taxes and fees of one unit; those that are not included in `unit_price` are
    paid on top of it.
    """

    unit_price: Money
    charges: tuple[UnitCharge, ...] = ()

    @property
    def unit_total(self) -> Money:
        """What the buyer pays for one unit."""
        total = self.unit_price
        for charge in self.charges:
            if not charge.included:
                total = total + charge.amount
        return total

    @property
    def total(self) -> Money:
        """What the buyer pays for the line."""
        return self.unit_total * self.quantity

    def charged(self, kind: ChargeKind) -> int:
        """Taxes or fees of one unit, included or not, in minor units."""
        return sum(charge.amount.amount for charge in self.charges if charge.kind is kind)
