"""Idempotency keys claimed by running units of work, and the wait for them."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from application.errors import IdempotencyInProgress
from application.messages import Claim
from application.ports.unit_of_work import KeyTaken
from infrastructure.memory.tables import KeyRow, Scope, scope_of


class Claims:
    """One owner of a key at a time; whoever comes second waits for the end of the first."""

    def __init__(self, keys: Mapping[Scope, KeyRow], wait: timedelta) -> None:
        self._keys = keys
        self._wait = wait
        self._running: dict[Scope, asyncio.Event] = {}

    @property
    def running(self) -> int:
        return len(self._running)

    async def claim(self, claim: Claim) -> None:
        """Raises KeyTaken, and IdempotencyInProgress when the owner takes longer than `wait`."""
        scope = scope_of(claim)
        try:
            async with asyncio.timeout(self._wait.total_seconds()):
                while (over := self._running.get(scope)) is not None:
                    await over.wait()
        except TimeoutError:
            raise IdempotencyInProgress(retry_after=1) from None
        if scope in self._keys:
            raise KeyTaken()
        self._running[scope] = asyncio.Event()

    def release(self, claim: Claim) -> None:
        self._running.pop(scope_of(claim)).set()
