"""Tries messages again whose effects failed."""

from dataclasses import dataclass

from application.messaging.dispatch import Dispatcher
from application.ports.log import LogReaders


@dataclass(frozen=True, slots=True)
class RetryParked:
    """Of one group, by one process at a time: whoever has the lock."""

    readers: LogReaders
    dispatcher: Dispatcher
    limit: int

    async def __call__(self) -> int:
        group = self.dispatcher.consumer.group
        async with self.readers.claim(f"parked:{group}", [0]) as claim:
            return await self.dispatcher.retry(self.limit) if claim.shards else 0
