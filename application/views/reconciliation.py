"""An organizer's books as shown: what its accounts hold, and how they compare with providers'."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from application.ports.money import Discrepancy, Reconciliation
from domain.ledger.posting import Account, PostingKind
from shared.ids import OrderId, OrganizerId, PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceView:
    """Signed minor units of one currency; they sum to zero. `provider` and `disputed` is where the
    money is; `organizer`, `tax` and `platform` whose it is, negative while it is owed to them."""

    currency: str
    provider: int
    disputed: int
    organizer: int
    tax: int
    platform: int

    @classmethod
    def of(cls, currency: str, accounts: Mapping[Account, int]) -> Self:
        return cls(
            currency=currency,
            provider=accounts.get(Account.PROVIDER, 0),
            disputed=accounts.get(Account.DISPUTED, 0),
            organizer=accounts.get(Account.ORGANIZER, 0),
            tax=accounts.get(Account.TAX, 0),
            platform=accounts.get(Account.PLATFORM, 0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalView:
    """What moved at providers by postings of one kind: signed minor units."""

    currency: str
    kind: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyView:
    """Signed minor units; None where one of the books has nothing."""

    kind: str
    reference: str
    ours: int | None
    theirs: int | None
    currency: str
    payment_id: PaymentId | None
    order_id: OrderId | None

    @classmethod
    def of(cls, found: Discrepancy) -> Self:
        return cls(
            kind=found.kind,
            reference=found.reference,
            ours=found.ours,
            theirs=found.theirs,
            currency=found.currency,
            payment_id=found.payment_id,
            order_id=found.order_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """The latest comparison with one provider: of all its movements, whoever's they are. Of the
    discrepancies it shows the organizer's own."""

    id: UUID
    provider: str
    since: datetime
    until: datetime
    compared: int
    discrepancies: tuple[DiscrepancyView, ...]
    created_at: datetime

    @classmethod
    def of(cls, report: Reconciliation, organizer_id: OrganizerId) -> Self:
        return cls(
            id=report.id,
            provider=report.provider,
            since=report.since,
            until=report.until,
            compared=report.compared,
            discrepancies=tuple(
                DiscrepancyView.of(found)
                for found in report.discrepancies
                if found.organizer_id == organizer_id
            ),
            created_at=report.created_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationView:
    organizer_id: OrganizerId
    live: bool
    balances: tuple[BalanceView, ...]
    totals: tuple[TotalView, ...]
    reports: tuple[ReportView, ...]

    @classmethod
    def of(
        cls,
        organizer_id: OrganizerId,
        *,
        live: bool,
        balances: Mapping[str, Mapping[Account, int]],
        totals: Mapping[tuple[str, PostingKind], int],
        reports: Sequence[Reconciliation],
    ) -> Self:
        kinds = list(PostingKind)
        moved = sorted(totals, key=lambda each: (each[0], kinds.index(each[1])))
        return cls(
            organizer_id=organizer_id,
            live=live,
            balances=tuple(
                BalanceView.of(currency, balances[currency]) for currency in sorted(balances)
            ),
            totals=tuple(
                TotalView(currency=currency, kind=kind.value, amount=totals[currency, kind])
                for currency, kind in moved
            ),
            reports=tuple(
                ReportView.of(report, organizer_id)
                for report in sorted(reports, key=lambda each: each.provider)
            ),
        )
