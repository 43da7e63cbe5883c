"""The memory adapter as a whole."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from application.messages import Context
from application.ports.unit_of_work import UnitOfWork
from infrastructure.memory.claims import Claims
from infrastructure.memory.clock import MemoryClock
from infrastructure.memory.idempotency import MemoryIdempotencyStore
from infrastructure.memory.session import Session
from infrastructure.memory.tables import Tables
from infrastructure.memory.unit_of_work import MemoryUnitOfWork


class MemoryDatabase:
    """For one event loop. `begin` and `store` are the adapters of their ports; `key_wait` is how
    long a unit of work waits for another that holds the same idempotency key."""

    def __init__(
        self, clock: MemoryClock | None = None, *, key_wait: timedelta = timedelta(seconds=2)
    ) -> None:
        self.clock = clock or MemoryClock()
        self.tables = Tables()
        self._claims = Claims(self.tables.keys, key_wait)
        self._turn = asyncio.Lock()
        self.store = MemoryIdempotencyStore(self.tables, self.clock, self._claims)

    @property
    def claimed(self) -> int:
        """How many idempotency keys running units of work hold."""
        return self._claims.running

    @property
    def has_turn(self) -> bool:
        """Whether a running unit of work keeps others from deciding about superusers."""
        return self._turn.locked()

    @asynccontextmanager
    async def begin(self, ctx: Context) -> AsyncIterator[UnitOfWork]:
        session = Session(self.tables, self.clock, self._claims, self._turn, ctx)
        try:
            yield MemoryUnitOfWork(session)
        finally:
            session.end()
