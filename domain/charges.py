"""What a price is made of beside what the organizer gets: taxes and fees, as named lines."""

from dataclasses import dataclass
from enum import Enum

from shared.money import Money


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
