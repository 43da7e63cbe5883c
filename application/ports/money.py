"""Repositories of money: the ledger, disputes, what needs attention, and reconciliations.

`add` and `save` as in `application.ports.repositories`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.attention.attention import Attention, AttentionKind, AttentionState
from domain.ledger.posting import Account, Posting, PostingKind
from domain.order.dispute import Dispute
from shared.ids import (
    AttentionId,
    OrderId,
    OrganizerId,
    PaymentId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A posting as reconciliation compares it: what moved at the provider, in minor units
    (positive came in, negative went out), of which payment."""

    kind: PostingKind
    source_id: UUID
    payment_id: PaymentId
    order_id: OrderId
    organizer_id: OrganizerId
    reference: str
    """The payment's at the provider."""
    amount: int
    currency: str
    occurred_at: datetime


class Ledger(Protocol):
    """Postings, in double entry; written once."""

    def post(self, posting: Posting) -> None:
        """Notes a posting. One of the same kind and source that is there already stays, and this
        one is left out: what happened once is booked once."""
        ...

    async def of_order(self, order_id: OrderId) -> Sequence[Posting]:
        """Oldest first."""
        ...

    async def balances(
        self, organizer_id: OrganizerId, *, live: bool
    ) -> Mapping[str, Mapping[Account, int]]:
        """What every account of an organizer holds, in minor units by currency."""
        ...

    async def totals(
        self, organizer_id: OrganizerId, *, live: bool
    ) -> Mapping[tuple[str, PostingKind], int]:
        """What moved at the provider (PROVIDER entries), by currency and kind."""
        ...

    async def booked(
        self, provider: str, *, live: bool, since: datetime, until: datetime
    ) -> Sequence[Booked]:
        """Postings of a provider that occurred from `since` (inclusive) to `until` (exclusive),
        by moment."""
        ...


class DisputeRepository(Protocol):
    async def of_payment(self, payment_id: PaymentId) -> Sequence[Dispute]:
        """Oldest first."""
        ...

    async def undecided(self, *, after: PaymentId | None, limit: int) -> Sequence[PaymentId]:
        """Payments with an OPEN dispute, by id, from just behind `after`."""
        ...

    def add(self, dispute: Dispute) -> None:
        """Commit raises StaleWrite when there is one of this payment and reference already."""
        ...

    def save(self, dispute: Dispute) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionFilter:
    """Without `organizer_id`: of all of them, and what is the operators' own."""

    organizer_id: OrganizerId | None
    live: bool
    state: AttentionState | None = None


class AttentionRepository(Protocol):
    async def get(self, attention_id: AttentionId) -> Attention | None: ...

    async def open_for(self, kind: AttentionKind, subject_id: UUID) -> Attention | None: ...

    async def was_asked(self, kind: AttentionKind, subject_id: UUID) -> bool:
        """Whether there is one that is open, or resolved otherwise than by looking again."""
        ...

    async def page(
        self,
        where: AttentionFilter,
        *,
        after: tuple[datetime, AttentionId] | None,
        limit: int,
    ) -> Sequence[Attention]:
        """Oldest first: ordered by (created_at, id), from just behind `after`."""
        ...

    def add(self, attention: Attention) -> None:
        """One of the same kind and subject that is open already stays, and this one is left out
        together with its facts."""
        ...

    def save(self, attention: Attention) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """Where the provider's books and ours differ. Amounts in minor units; None: not there."""

    kind: str
    reference: str
    ours: int | None
    theirs: int | None
    currency: str
    payment_id: PaymentId | None
    order_id: OrderId | None
    organizer_id: OrganizerId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The report of one comparison, of movements from `since` until `until`."""

    id: UUID
    provider: str
    live: bool
    since: datetime
    until: datetime
    compared: int
    """Movements that were compared, of both sides together."""
    discrepancies: tuple[Discrepancy, ...]
    created_at: datetime


class ReconciliationRepository(Protocol):
    async def latest(self, *, live: bool) -> Sequence[Reconciliation]:
        """The latest report of each provider. Who is not the system or a superuser sees of the
        discrepancies those of their own organizers."""
        ...

    async def last_until(self, provider: str, *, live: bool) -> datetime | None:
        """Up to where a provider was compared; None: never."""
        ...

    def add(self, report: Reconciliation) -> None: ...
