"""The store of idempotency keys, as the pipeline sees it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from application.messages import Claim
from shared.errors import AppError

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer(Generic[R]):
    """What a key was answered with: an answer or a refusal.

    Not `final` while the call that owns the key is between two transactions.
    """

    fingerprint: bytes
    answer: R | None
    refusal: AppError | None
    final: bool
    age_seconds: float


class IdempotencyStore(Protocol):
    """Keys live in the scope (actor, operation, key) and are kept for 72 hours by default."""

    async def find(self, claim: Claim, answers: type[R]) -> StoredAnswer[R] | None:
        """What is committed under the key; the answer is rebuilt as `answers`."""
        ...

    async def refuse(self, claim: Claim, refusal: AppError) -> None:
        """Stores a refusal. Raises KeyTaken when the key is in the store already."""
        ...

    async def forget(self, *, before: datetime) -> int:
        """Deletes keys older than that; returns how many."""
        ...
