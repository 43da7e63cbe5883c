"""Idempotency keys of calls under way in this process, before any of them is in the database."""

import asyncio
import time

from application.errors import IdempotencyInProgress
from application.messages import Claim

_Scope = tuple[str, str, str]


class KeysInFlight:
    """One call at a time has a key; a repeated one waits for its end. Between processes the
    database decides, when the key is written."""

    def __init__(self) -> None:
        self._waiting: dict[_Scope, list[asyncio.Future[None]]] = {}

    async def reserve(self, claim: Claim, *, patience: float) -> None:
        """Waits at most `patience` seconds. Raises IdempotencyInProgress."""
        scope = (claim.actor, claim.operation, claim.key)
        if scope in self._waiting:
            await self._wait(scope, patience)
        self._waiting[scope] = []

    def release(self, claim: Claim) -> None:
        """Of a key that was reserved: whoever waited longest is next."""
        for other in self._waiting.pop((claim.actor, claim.operation, claim.key)):
            if not other.done():
                other.set_result(None)

    async def _wait(self, scope: _Scope, patience: float) -> None:
        deadline = time.monotonic() + patience
        while (others := self._waiting.get(scope)) is not None:
            ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            others.append(ended)
            try:
                async with asyncio.timeout(deadline - time.monotonic()):
                    await ended
            except TimeoutError:
                raise IdempotencyInProgress(retry_after=1) from None
