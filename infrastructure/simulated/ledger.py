"""The provider's ledger: every movement of money, appended and never changed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID


class Kind(Enum):
    AUTHORIZED = "authorized"
    """Promised: reserved at the payer."""
    CAPTURED = "captured"
    """Taken out of what was promised."""
    RELEASED = "released"
    """Not taken, and no longer promised."""
    REFUNDED = "refunded"
    """Given back out of what was taken."""
    RETURNED = "returned"
    """Given back, and come back from the payer's bank."""
    DISPUTED = "disputed"
    """Claimed back by the payer, and withdrawn."""
    DISPUTE_WON = "dispute_won"
    """Withdrawn before, and given back to the shop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`position` counts the entries, once they are written."""

    position: int = 0
    reference: str
    payment_id: UUID
    kind: Kind
    amount: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums in minor units of one currency, or of one payment."""

    authorized: int = 0
    captured: int = 0
    released: int = 0
    refunded: int = 0
    """Less what came back."""
    disputed: int = 0
    """Less what was won."""

    @property
    def promised(self) -> int:
        """What is still reserved at payers."""
        return self.authorized - self.captured - self.released

    @property
    def kept(self) -> int:
        """What was taken and not given back."""
        return self.captured - self.refunded - self.disputed

    @staticmethod
    def of(entries: Iterable[Entry]) -> "Totals":
        """The sums of these entries, which are of one currency."""
        sums: Counter[Kind] = Counter()
        for entry in entries:
            sums[entry.kind] += entry.amount
        return Totals(
            authorized=sums[Kind.AUTHORIZED],
            captured=sums[Kind.CAPTURED],
            released=sums[Kind.RELEASED],
            refunded=sums[Kind.REFUNDED] - sums[Kind.RETURNED],
            disputed=sums[Kind.DISPUTED] - sums[Kind.DISPUTE_WON],
        )
