"""A line of a hold, and of the order that is made from it."""

from dataclasses import dataclass

from domain.stock import StockLine
from shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(StockLine):
    """Units of one ticket type at the price of the moment they were held."""

    unit_price: Money
