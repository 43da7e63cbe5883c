"""A posting: money that moves between accounts, in double entry.

Amounts are signed minor units: what an account receives is positive, what it gives is negative,
and those of a posting always sum to zero. Of the accounts only PROVIDER and DISPUTED hold money;
the others say whose it is, so their balances are negative while we owe it to them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from shared.ids import EventId, OrderId, OrganizerId, PaymentId, PostingId


class Account(Enum):
    PROVIDER = "PROVIDER"
    """At the payment provider (or, paid offline, at the organizer's own bank)."""
    DISPUTED = "DISPUTED"
    """Held back by the provider until a dispute is decided."""
    ORGANIZER = "ORGANIZER"
    TAX = "TAX"
    PLATFORM = "PLATFORM"
    """The platform's fees."""


class PostingKind(Enum):
    CHARGE = "CHARGE"
    """A payment was captured."""
    REFUND = "REFUND"
    """A refund succeeded."""
    REFUND_FAILED = "REFUND_FAILED"
    """A refund that had succeeded came back after all."""
    DISPUTE = "DISPUTE"
    """The provider took disputed money back."""
    DISPUTE_WON = "DISPUTE_WON"
    DISPUTE_LOST = "DISPUTE_LOST"
    PROVIDER_FEE = "PROVIDER_FEE"
    """What the provider keeps for itself, paid by the organizer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What one thing at the provider did to the accounts. There is one of a kind for each
    `source_id`: the payment, refund or dispute it comes of. Written once, never changed."""

    id: PostingId
    kind: PostingKind
    source_id: UUID
    organizer_id: OrganizerId
    event_id: EventId
    order_id: OrderId
    payment_id: PaymentId
    live: bool
    provider: str
    currency: str
    entries: Mapping[Account, int]
    """In minor units of `currency`."""
    occurred_at: datetime

    def __post_init__(self) -> None:
        if sum(self.entries.values()) != 0:
            raise RuntimeError(f"posting {self.id} does not sum to zero: {self.entries}")
        if not self.entries or not all(self.entries.values()):
            raise RuntimeError(f"posting {self.id} moves nothing in some account: {self.entries}")
