"""The store of idempotency keys in memory."""

import asyncio
from datetime import datetime
from typing import TypeVar, cast

from application.messages import Claim
from application.ports.idempotency import IdempotencyStore, StoredAnswer
from infrastructure.memory.claims import Claims
from infrastructure.memory.clock import MemoryClock
from infrastructure.memory.tables import KeyRow, Tables, scope_of
from shared.errors import AppError

R = TypeVar("R")


class MemoryIdempotencyStore(IdempotencyStore):
    def __init__(self, tables: Tables, clock: MemoryClock, claims: Claims) -> None:
        self._tables = tables
        self._clock = clock
        self._claims = claims

    async def find(self, claim: Claim, answers: type[R]) -> StoredAnswer[R] | None:
        await asyncio.sleep(0)
        row = self._tables.keys.get(scope_of(claim))
        if row is None:
            return None
        return StoredAnswer(
            fingerprint=row.fingerprint,
            answer=cast(R | None, row.answer),  # one operation has one kind of answer
            refusal=None if row.refusal is None else _again(row.refusal),
            final=row.final,
            age_seconds=(self._clock.now() - row.created_at).total_seconds(),
        )

    async def refuse(self, claim: Claim, refusal: AppError) -> None:
        await asyncio.sleep(0)
        await self._claims.claim(claim)
        self._tables.keys[scope_of(claim)] = KeyRow(
            fingerprint=claim.fingerprint,
            answer=None,
            refusal=_again(refusal),
            final=True,
            created_at=self._clock.now(),
        )
        self._claims.release(claim)

    async def forget(self, *, before: datetime) -> int:
        await asyncio.sleep(0)
        old = [scope for scope, row in self._tables.keys.items() if row.created_at < before]
        for scope in old:
            del self._tables.keys[scope]
        return len(old)


def _again(refusal: AppError) -> AppError:
    """A new exception that says the same: a raised one carries the traceback of its caller."""
    return type(refusal)(
        refusal.message,
        violations=refusal.violations,
        retry_after=refusal.retry_after,
        metadata=refusal.metadata,
    )
