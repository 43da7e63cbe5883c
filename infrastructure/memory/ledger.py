"""The ledger of postings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from application.ports.money import Booked, Ledger
from domain.ledger.posting import Account, Posting, PostingKind
from infrastructure.memory.session import Phase, Session, Writing
from infrastructure.memory.tables import Tables
from shared.ids import OrderId, OrganizerId


class MemoryLedger(Ledger):
    def __init__(self, session: Session) -> None:
        self._session = session

    def post(self, posting: Posting) -> None:
        def write(writing: Writing) -> None:
            postings, key = writing.tables.postings, (posting.kind, posting.source_id)
            if key not in postings:
                writing.journal.put(postings, key, posting)

        self._session.note(Phase.PAYMENT, write)

    async def of_order(self, order_id: OrderId) -> Sequence[Posting]:
        postings = (await self._session.read()).postings.values()
        return _by_moment(posting for posting in postings if posting.order_id == order_id)

    async def balances(
        self, organizer_id: OrganizerId, *, live: bool
    ) -> Mapping[str, Mapping[Account, int]]:
        found: dict[str, dict[Account, int]] = {}
        for posting in _of(await self._session.read(), organizer_id, live):
            accounts = found.setdefault(posting.currency, dict.fromkeys(Account, 0))
            for account, amount in posting.entries.items():
                accounts[account] += amount
        return found

    async def totals(
        self, organizer_id: OrganizerId, *, live: bool
    ) -> Mapping[tuple[str, PostingKind], int]:
        found: dict[tuple[str, PostingKind], int] = {}
        for posting in _of(await self._session.read(), organizer_id, live):
            if (amount := posting.entries.get(Account.PROVIDER)) is not None:
                key = (posting.currency, posting.kind)
                found[key] = found.get(key, 0) + amount
        return found

    async def booked(
        self, provider: str, *, live: bool, since: datetime, until: datetime
    ) -> Sequence[Booked]:
        tables = await self._session.read()
        found = (
            posting
            for posting in tables.postings.values()
            if posting.provider == provider
            and posting.live == live
            and since <= posting.occurred_at < until
            and Account.PROVIDER in posting.entries
        )
        return [
            Booked(
                kind=posting.kind,
                source_id=posting.source_id,
                payment_id=posting.payment_id,
                order_id=posting.order_id,
                organizer_id=posting.organizer_id,
                reference=tables.payments[posting.payment_id].reference or "",
                amount=posting.entries[Account.PROVIDER],
                currency=posting.currency,
                occurred_at=posting.occurred_at,
            )
            for posting in _by_moment(found)
        ]


def _of(tables: Tables, organizer_id: OrganizerId, live: bool) -> Iterable[Posting]:
    return (
        posting
        for posting in tables.postings.values()
        if posting.organizer_id == organizer_id and posting.live == live
    )


def _by_moment(postings: Iterable[Posting]) -> list[Posting]:
    return sorted(postings, key=lambda posting: (posting.occurred_at, posting.id))
