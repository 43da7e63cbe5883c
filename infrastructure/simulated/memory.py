"""The provider's storage in memory, for tests: one transaction at a time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from infrastructure.simulated.errors import Refused
from infrastructure.simulated.intent import Intent
from infrastructure.simulated.ledger import Entry
from infrastructure.simulated.storage import (
    Delivery,
    Outcome,
    Record,
    Storage,
    StoredAnswer,
    Transaction,
)


class _Tables:
    def __init__(self) -> None:
        self.intents: dict[str, Intent] = {}
        self.by_payment: dict[UUID, str] = {}
        self.answers: dict[str, StoredAnswer] = {}
        self.ledger: list[Entry] = []
        self.deliveries: dict[str, Delivery] = {}


class _MemoryTransaction(Transaction):
    def __init__(self, tables: _Tables) -> None:
        self._tables = tables
        self._claims: dict[str, bytes] = {}
        self._records: list[Record] = []

    async def claim(self, key: str, fingerprint: bytes) -> StoredAnswer | None:
        await asyncio.sleep(0)
        self._claims[key] = fingerprint
        return self._tables.answers.get(key)

    async def intent(self, reference: str) -> Intent | None:
        await asyncio.sleep(0)
        return self._tables.intents.get(reference)

    async def intent_of(self, payment_id: UUID) -> Intent | None:
        reference = self._tables.by_payment.get(payment_id)
        return None if reference is None else await self.intent(reference)

    async def ripe(self, *, at: datetime, limit: int) -> Sequence[Intent]:
        await asyncio.sleep(0)
        found = [
            (intent.ripens_at, intent)
            for intent in self._tables.intents.values()
            if intent.ripens_at is not None and intent.ripens_at <= at
        ]
        return [intent for _, intent in sorted(found, key=lambda pair: pair[0])][:limit]

    async def write(self, record: Record) -> None:
        await asyncio.sleep(0)
        intent = record.intent
        if intent is not None:
            known = self._tables.by_payment.get(intent.payment_id, intent.reference)
            if known != intent.reference:
                raise Refused("payment_exists")
        self._records.append(record)

    def perform(self) -> None:
        tables = self._tables
        for record in self._records:
            if record.intent is not None:
                tables.intents[record.intent.reference] = record.intent
                tables.by_payment[record.intent.payment_id] = record.intent.reference
            for entry in record.entries:
                tables.ledger.append(replace(entry, position=len(tables.ledger) + 1))
            if record.delivery is not None:
                tables.deliveries[record.delivery.event_id] = record.delivery
            if record.key is not None and record.answer is not None:
                tables.answers[record.key] = StoredAnswer(
                    fingerprint=self._claims[record.key], answer=record.answer
                )


class MemoryStorage(Storage):
    """For one event loop."""

    def __init__(self) -> None:
        self._tables = _Tables()
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self._lock:
            transaction = _MemoryTransaction(self._tables)
            yield transaction
            transaction.perform()

    async def due(self, *, at: datetime, lease_until: datetime, limit: int) -> Sequence[Delivery]:
        waiting = [
            (each.due_at, each)
            for each in self._tables.deliveries.values()
            if each.due_at is not None and each.due_at <= at
        ]
        found = [each for _, each in sorted(waiting, key=lambda pair: pair[0])[:limit]]
        for each in found:
            leased = replace(each, due_at=lease_until, attempts=each.attempts + 1)
            self._tables.deliveries[each.event_id] = leased
        return [self._tables.deliveries[each.event_id] for each in found]

    async def settle(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            known = self._tables.deliveries.get(outcome.event_id)
            if known is None:
                continue
            if outcome.due_at is None and (outcome.acknowledged or known.delivered):
                del self._tables.deliveries[outcome.event_id]
                continue
            self._tables.deliveries[outcome.event_id] = replace(
                known,
                due_at=outcome.due_at,
                delivered=known.delivered + outcome.acknowledged,
            )

    async def undelivered(self) -> int:
        return sum(each.due_at is not None for each in self._tables.deliveries.values())

    async def missed(self, *, since: datetime) -> Sequence[Delivery]:
        given_up = [each for each in self._tables.deliveries.values() if each.due_at is None]
        found = [each for each in given_up if each.created_at >= since]
        return sorted(found, key=lambda each: (each.created_at, each.event_id))

    async def ledger(self) -> Sequence[Entry]:
        return tuple(self._tables.ledger)

    async def moved(self, *, live: bool, since: datetime, until: datetime) -> Sequence[Entry]:
        intents = self._tables.intents
        found = [
            entry
            for entry in self._tables.ledger
            if since <= entry.at < until and intents[entry.reference].live is live
        ]
        return sorted(found, key=lambda entry: (entry.at, entry.position))
