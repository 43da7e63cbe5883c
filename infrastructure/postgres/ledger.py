"""The ledger: a posting is one row, both sides in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from application.ports.money import Booked, Ledger
from domain.ledger.posting import Account, Posting, PostingKind
from infrastructure.postgres.connections import Record
from infrastructure.postgres.session import Session
from shared.ids import EventId, OrderId, OrganizerId, PaymentId, PostingId

# No more is said of what it may conflict with: that would take a right to read.
_INSERT = """
    INSERT INTO postings (kind, source_id, id, organizer_id, event_id, order_id, payment_id, live,
                          provider, currency, accounts, amounts, occurred_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT DO NOTHING
"""

_OF_ORDER = """
    SELECT kind, source_id, id, organizer_id, event_id, order_id, payment_id, live, provider,
           currency, accounts, amounts, occurred_at
    FROM postings
    WHERE order_id = $1
    ORDER BY occurred_at, id
"""

_BALANCES = """
    SELECT currency, account, sum(amount)::bigint AS amount
    FROM postings CROSS JOIN unnest(accounts, amounts) AS entry (account, amount)
    WHERE organizer_id = $1 AND live = $2
    GROUP BY currency, account
"""

_TOTALS = """
    SELECT currency, kind, sum(amount)::bigint AS amount
    FROM postings CROSS JOIN unnest(accounts, amounts) AS entry (account, amount)
    WHERE organizer_id = $1 AND live = $2 AND account = 'PROVIDER'
    GROUP BY currency, kind
"""

_BOOKED = """
    SELECT b.kind, b.source_id, b.payment_id, b.order_id, b.organizer_id, p.reference,
           b.amounts[array_position(b.accounts, 'PROVIDER')] AS amount, b.currency, b.occurred_at
    FROM postings b JOIN payments p ON p.id = b.payment_id
    WHERE b.provider = $1 AND b.live = $2 AND b.occurred_at >= $3 AND b.occurred_at < $4
      AND 'PROVIDER' = ANY (b.accounts)
    ORDER BY b.occurred_at, b.id
"""


class PostgresLedger(Ledger):
    def __init__(self, session: Session) -> None:
        self._session = session
        self._posted: list[Posting] = []

    def post(self, posting: Posting) -> None:
        self._posted.append(posting)

    async def of_order(self, order_id: OrderId) -> Sequence[Posting]:
        return [_posting(row) for row in await self._session.fetch(_OF_ORDER, order_id)]

    async def balances(
        self, organizer_id: OrganizerId, *, live: bool
    ) -> Mapping[str, Mapping[Account, int]]:
        found: dict[str, dict[Account, int]] = {}
        for row in await self._session.fetch(_BALANCES, organizer_id, live):
            accounts = found.setdefault(row["currency"], dict.fromkeys(Account, 0))
            accounts[Account(row["account"])] = row["amount"]
        return found

    async def totals(
        self, organizer_id: OrganizerId, *, live: bool
    ) -> Mapping[tuple[str, PostingKind], int]:
        rows = await self._session.fetch(_TOTALS, organizer_id, live)
        return {(row["currency"], PostingKind(row["kind"])): row["amount"] for row in rows}

    async def booked(
        self, provider: str, *, live: bool, since: datetime, until: datetime
    ) -> Sequence[Booked]:
        rows = await self._session.fetch(_BOOKED, provider, live, since, until)
        return [
            Booked(
                kind=PostingKind(row["kind"]),
                source_id=row["source_id"],
                payment_id=PaymentId(row["payment_id"]),
                order_id=OrderId(row["order_id"]),
                organizer_id=OrganizerId(row["organizer_id"]),
                reference=row["reference"] or "",
                amount=row["amount"],
                currency=row["currency"],
                occurred_at=row["occurred_at"],
            )
            for row in rows
        ]

    def __bool__(self) -> bool:
        return bool(self._posted)

    async def write(self) -> None:
        # In one order everywhere: whoever books the same waits, and two never for each other.
        for posting in sorted(self._posted, key=lambda each: (each.kind.value, each.source_id)):
            await self._session.execute(
                _INSERT,
                posting.kind.value,
                posting.source_id,
                posting.id,
                posting.organizer_id,
                posting.event_id,
                posting.order_id,
                posting.payment_id,
                posting.live,
                posting.provider,
                posting.currency,
                [account.value for account in posting.entries],
                list(posting.entries.values()),
                posting.occurred_at,
            )


def _posting(row: Record) -> Posting:
    accounts = map(Account, row["accounts"])
    return Posting(
        id=PostingId(row["id"]),
        kind=PostingKind(row["kind"]),
        source_id=row["source_id"],
        organizer_id=OrganizerId(row["organizer_id"]),
        event_id=EventId(row["event_id"]),
        order_id=OrderId(row["order_id"]),
        payment_id=PaymentId(row["payment_id"]),
        live=row["live"],
        provider=row["provider"],
        currency=row["currency"],
        entries=dict(zip(accounts, row["amounts"], strict=True)),
        occurred_at=row["occurred_at"],
    )
