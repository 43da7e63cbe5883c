"""The store of idempotency keys, as the pipeline sees it. Claims and answers: `session`."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from application.messages import Claim, Priority
from application.ports.idempotency import IdempotencyStore, StoredAnswer
from application.ports.unit_of_work import KeyTaken
from infrastructure.postgres.advisory import key_lock, lock_now
from infrastructure.postgres.database import Database
from infrastructure.postgres.failures import raise_meaning
from infrastructure.postgres.identity import SYSTEM, Identity
from shared.errors import AppError, Violation

R = TypeVar("R")

# As text: the answer is decoded once, straight into its type.
_FIND = """
    SELECT fingerprint, answer::text AS answer, refusal::text AS refusal, final,
           extract(epoch FROM clock_timestamp() - created_at)::float8 AS age_seconds
    FROM idempotency_keys
    WHERE actor = $1 AND operation = $2 AND key = $3
"""

# Behind the key's lock, in a statement of its own, like a claim.
_REFUSE = """
    INSERT INTO idempotency_keys (actor, operation, key, fingerprint, refusal, final, created_at)
    SELECT $1, $2, $3, $4, $5, true, clock_timestamp()
    WHERE NOT EXISTS (
        SELECT FROM idempotency_keys WHERE actor = $1 AND operation = $2 AND key = $3
    )
    RETURNING key
"""

_FORGET = """
    WITH gone AS (
        DELETE FROM idempotency_keys
        WHERE (actor, operation, key) IN (
            SELECT actor, operation, key FROM idempotency_keys
            WHERE created_at < $1 ORDER BY created_at LIMIT $2
        )
        RETURNING key
    )
    SELECT count(*)::int AS forgotten FROM gone
"""
_BATCH = 5_000
"""Rows deleted by one statement, so that none of them lasts long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredViolation:
    path: tuple[str | int, ...]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRefusal:
    """A refusal as it is kept: by its reason, which is stable, not by its class."""

    reason: str
    message: str
    metadata: dict[str, str]
    violations: tuple[StoredViolation, ...]
    retry_after: float | None

    @classmethod
    def of(cls, error: AppError) -> "StoredRefusal":
        return cls(
            reason=error.reason,
            message=error.message,
            metadata=error.metadata,
            violations=tuple(
                StoredViolation(path=each.path, message=each.message) for each in error.violations
            ),
            retry_after=error.retry_after,
        )

    def error(self) -> AppError:
        return AppError.reasons()[self.reason](
            self.message,
            violations=[Violation(each.path, each.message) for each in self.violations],
            retry_after=self.retry_after,
            metadata=self.metadata,
        )


class PostgresIdempotencyStore(IdempotencyStore):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, claim: Claim, answers: type[R]) -> StoredAnswer[R] | None:
        rows = await self._database.fetch(
            _FIND, claim.actor, claim.operation, claim.key, as_=Identity.of_claim(claim)
        )
        if not rows:
            return None
        (row,) = rows
        answer, refusal = row["answer"], row["refusal"]
        return StoredAnswer(
            fingerprint=row["fingerprint"],
            answer=None if answer is None else msgspec.json.decode(answer, type=answers),
            refusal=(
                None
                if refusal is None
                else msgspec.json.decode(refusal, type=StoredRefusal).error()
            ),
            final=row["final"],
            age_seconds=row["age_seconds"],
        )

    async def refuse(self, claim: Claim, refusal: AppError) -> None:
        scope = (claim.actor, claim.operation, claim.key)
        lock = lock_now(key_lock(*scope))
        connection, open_ = await self._database.lend(), True
        try:
            await connection.execute(f"BEGIN; {Identity.of_claim(claim).local()}; {lock}")
            stored = await connection.fetch(
                _REFUSE, *scope, claim.fingerprint, StoredRefusal.of(refusal)
            )
            await connection.execute("COMMIT")
            open_ = False
        except Exception as error:
            raise_meaning(error, connection)
        finally:
            await self._database.give_back(connection, rollback=open_)
        if not stored:
            raise KeyTaken()

    async def forget(self, *, before: datetime) -> int:
        forgotten = 0
        while True:
            (row,) = await self._database.fetch(
                _FORGET, before, _BATCH, as_=SYSTEM, priority=Priority.LIST
            )
            batch = int(row["forgotten"])
            forgotten += batch
            if batch < _BATCH:
                return forgotten
