"""From the log to whoever reads it: a broker, or a consumer in this process."""

import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from application.messaging.message import Message
from application.ports.broker import Broker
from application.ports.log import SHARDS, LogReaders

Sink = Callable[[Sequence[Message]], Awaitable[None]]
"""Takes messages in order; when it returns, they are dealt with."""

_READ: Final = 1_000
_PUBLISHED: Final = 200
_READ_BESIDE_CALLS: Final = 200
_PUBLISHED_BESIDE_CALLS: Final = 25
_AT_ONCE: Final = SHARDS // 2
"""Shards of one claim: the others are left to other processes meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Brings what is new to `sink`, and then notes how far it is: at least once, in the order of
    the log for each aggregate. Any number of processes may do it under one name."""

    readers: LogReaders
    reader: str
    sink: Sink
    types: Collection[str] | None = None
    limit: int = _READ

    async def __call__(self) -> int:
        """Raises DatabaseUnavailable, and what the sink raises; what was not noted comes again."""
        behind = list(await self.readers.behind(self.reader))
        random.shuffle(behind)  # nosec B311: so that processes do not want the same ones
        done = 0
        for first in range(0, len(behind), _AT_ONCE):
            shards = behind[first : first + _AT_ONCE]
            async with self.readers.claim(self.reader, shards) as claim:
                if not claim.shards:
                    continue
                stretch = await claim.read(self.limit, self.types)
                if stretch.messages:
                    await self.sink(stretch.messages)
                await claim.advance(stretch.upto)
                done += len(stretch.messages)
        return done


def to_broker(readers: LogReaders, broker: Broker, *, beside_calls: bool) -> Relay:
    """Everything, to the topics of the broker, a few at a time: writing many messages down keeps
    everybody else in the process waiting. `beside_calls`, in a process that answers any, it is
    fewer, and a backlog takes twice as long."""
    at_once = _PUBLISHED_BESIDE_CALLS if beside_calls else _PUBLISHED

    async def publish(messages: Sequence[Message]) -> None:
        for first in range(0, len(messages), at_once):
            await broker.publish(messages[first : first + at_once])

    return Relay(
        readers=readers,
        reader=f"relay:{broker.name}",
        sink=publish,
        limit=_READ_BESIDE_CALLS if beside_calls else _READ,
    )
