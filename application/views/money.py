"""Money as both faces show it."""

from dataclasses import dataclass
from typing import Self

from shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyView:
    """`amount` in minor units of `currency` (ISO 4217)."""

    amount: int
    currency: str

    @classmethod
    def of(cls, money: Money) -> Self:
        return cls(amount=money.amount, currency=money.currency)
