"""What the provider needs of its storage. Two adapters, one suite."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from infrastructure.simulated.intent import Intent, Refund
from infrastructure.simulated.ledger import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a call was answered with, kept under its key. `state` is a value of `State`; `refund`
    is there where one was asked for."""

    reference: str
    state: str
    failure: str | None = None
    redirect_url: str | None = None
    amount: int | None = None
    currency: str | None = None
    payment_id: UUID | None = None
    live: bool | None = None
    refund: Refund | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    fingerprint: bytes
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A webhook to be sent, of something that happened at `created_at`. `delivered` counts the
    times it was acknowledged. Without `due_at` it is not sent any more."""

    event_id: str
    body: bytes
    created_at: datetime
    due_at: datetime | None
    attempts: int = 0
    delivered: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one attempt; `due_at` is when to try (or duplicate) next, None for never."""

    event_id: str
    acknowledged: bool
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything one call or one passing of time changes, written together."""

    intent: Intent | None = None
    entries: Sequence[Entry] = ()
    delivery: Delivery | None = None
    key: str | None = None
    answer: Answer | None = None


class Transaction(Protocol):
    """All or nothing; whatever it has read for change nobody else changes meanwhile."""

    async def claim(self, key: str, fingerprint: bytes) -> StoredAnswer | None:
        """What the key was answered with. None claims it: others with it wait for our end."""
        ...

    async def intent(self, reference: str) -> Intent | None:
        """For change."""
        ...

    async def intent_of(self, payment_id: UUID) -> Intent | None:
        """For change."""
        ...

    async def ripe(self, *, at: datetime, limit: int) -> Sequence[Intent]:
        """Intents whose time has come, oldest first, for change; skips what others work on."""
        ...

    async def write(self, record: Record) -> None:
        """Raises Refused("payment_exists") for a second intent of one payment."""
        ...


class Storage(Protocol):
    """Survives the end of the process, unless it is only for tests."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Commits at the end of the block, unless it raises. Raises StorageUnavailable."""
        ...

    async def due(self, *, at: datetime, lease_until: datetime, limit: int) -> Sequence[Delivery]:
        """Webhooks to be sent now. Each is handed out once until `lease_until`, by when the
        outcome should be known; with it the attempt is counted."""
        ...

    async def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Notes what became of attempts."""
        ...

    async def undelivered(self) -> int:
        """Webhooks that are still to be sent (again)."""
        ...

    async def missed(self, *, since: datetime) -> Sequence[Delivery]:
        """Webhooks of what happened since then that were given up and never acknowledged."""
        ...

    async def ledger(self) -> Sequence[Entry]:
        """Every movement of money, in the order of its writing."""
        ...

    async def moved(self, *, live: bool, since: datetime, until: datetime) -> Sequence[Entry]:
        """Movements of one mode from `since` (inclusive) to `until` (exclusive), by moment."""
        ...
