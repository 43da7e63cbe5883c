"""What the platform takes of every ticket, in all currencies."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.charges import Fee


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """A share of the price in basis points, and so many minor units per ticket by currency."""

    name: str = "Service fee"
    basis_points: int = 0
    per_ticket: Mapping[str, int] = field(default_factory=dict)

    def of(self, currency: str, *, passed_on: bool) -> Fee:
        return Fee(
            name=self.name,
            basis_points=self.basis_points,
            per_ticket=self.per_ticket.get(currency, 0),
            passed_on=passed_on,
        )
