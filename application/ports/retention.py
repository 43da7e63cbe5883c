"""How long what grows with every sale is kept."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """For how long at least: holds since they were made, facts since they happened (and until
    everybody has read them), answers to idempotency keys since the call."""

    holds: timedelta
    facts: timedelta
    keys: timedelta


class Retention(Protocol):
    async def prepare(self, *, days: int) -> int:
        """Makes room for what today and the coming `days` will bring, where the adapter keeps days
        apart; returns how many rooms were missing. Until there is one, sales go on without it.

        Raises DatabaseUnavailable when one could not be made; the others were.
        """
        ...

    async def drop_old(self, kept: Kept) -> int:
        """Drops whole days of which nothing is needed any more; returns how many. A day with a
        hold that is active, or a fact that somebody has to read, stays, however old it is.

        Raises DatabaseUnavailable when one could not be dropped; the others were.
        """
        ...
