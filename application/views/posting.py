"""Postings of the ledger as shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from domain.ledger.posting import Account, Posting
from shared.ids import PaymentId, PostingId


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """`amount` is signed, in minor units: what the account received, or gave."""

    account: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingView:
    """The amounts of its entries sum to zero. `source_id` is the payment, refund or dispute it
    comes of."""

    id: PostingId
    kind: str
    source_id: UUID
    payment_id: PaymentId
    provider: str
    currency: str
    entries: tuple[EntryView, ...]
    occurred_at: datetime

    @classmethod
    def of(cls, posting: Posting) -> Self:
        return cls(
            id=posting.id,
            kind=posting.kind.value,
            source_id=posting.source_id,
            payment_id=posting.payment_id,
            provider=posting.provider,
            currency=posting.currency,
            entries=tuple(
                EntryView(account=account.value, amount=posting.entries[account])
                for account in Account
                if account in posting.entries
            ),
            occurred_at=posting.occurred_at,
        )
