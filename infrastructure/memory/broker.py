"""A broker in memory, for one process: what a broker promises, without one.

It keeps everything it gets. The system does not need it, for without a broker consumers read the
log; tests do.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from application.messaging.message import Message
from application.ports.broker import Broker, BrokerUnavailable, Delivery, Handle, Subscription

_logger = logging.getLogger(__name__)

_PARTITIONS: Final = 16
_PAUSE: Final = 0.01
"""Before a partition is tried again whose batch was refused."""

Place = tuple[str, int]
"""A topic and a partition of it."""


@dataclass(slots=True)
class _Progress:
    """How far a group is in one partition, whether a member has it at the moment, and how often
    the message it is at was delivered."""

    offset: int = 0
    taken: bool = False
    attempts: int = 0


@dataclass(slots=True)
class _Group:
    progress: dict[Place, _Progress] = field(default_factory=lambda: defaultdict(_Progress))


class MemoryBroker(Broker):
    """`available` may be set to False, as if it could not be reached."""

    def __init__(self) -> None:
        self.available = True
        self._partitions: dict[Place, list[Message]] = defaultdict(list)
        self._groups: dict[str, _Group] = defaultdict(_Group)
        self._dead: dict[str, list[Delivery]] = defaultdict(list)
        self._news = asyncio.Condition()
        self._members: set[_Member] = set()

    @property
    def name(self) -> str:
        return "memory"

    async def publish(self, messages: Sequence[Message]) -> None:
        self._require()
        for message in messages:
            place = message.topic, message.aggregate_id.int % _PARTITIONS
            self._partitions[place].append(message)
        await self._tell()
        await asyncio.sleep(0)  # like every trip to a broker it lets others run

    async def subscribe(
        self, group: str, topics: Sequence[str], handle: Handle, *, batch: int = 1
    ) -> Subscription:
        self._require()
        member = _Member(self, self._groups[group], frozenset(topics), handle, batch)
        self._members.add(member)
        return member

    async def publish_dead(
        self, message: Message, *, group: str, attempts: int, error: str
    ) -> None:
        self._require()
        topic = f"{message.topic}.{group}.dlq"
        self._dead[topic].append(Delivery(message=message, attempt=attempts, error=error))

    async def dead(self, group: str, topics: Sequence[str], *, limit: int) -> Sequence[Delivery]:
        self._require()
        found = [each for topic in topics for each in self._dead[f"{topic}.{group}.dlq"]]
        return sorted(found, key=lambda each: each.message.position)[:limit]

    async def close(self) -> None:
        for member in tuple(self._members):
            await member.close()

    async def restore(self) -> None:
        """It can be reached again."""
        self.available = True
        await self._tell()

    def _require(self) -> None:
        if not self.available:
            raise BrokerUnavailable("the broker was made unavailable")

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()


class _Member(Subscription):
    """Takes one partition at a time that no other member of the group has."""

    def __init__(
        self,
        broker: MemoryBroker,
        group: _Group,
        topics: frozenset[str],
        handle: Handle,
        batch: int,
    ) -> None:
        self._broker = broker
        self._group = group
        self._topics = topics
        self._handle = handle
        self._batch = batch
        self._task = asyncio.create_task(self._run(), name="member of a group")

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._broker._members.discard(self)
        await self._broker._tell()

    async def _run(self) -> None:
        while True:
            place = self._next()
            if place is None:
                async with self._broker._news:
                    await self._broker._news.wait_for(lambda: self._next() is not None)
            else:
                await self._deliver(place)

    def _next(self) -> Place | None:
        """The partition with the oldest message nobody is at."""
        if not self._broker.available:
            return None
        waiting = [
            (log[progress.offset].position, place)
            for place, log in self._broker._partitions.items()
            if place[0] in self._topics
            and not (progress := self._group.progress[place]).taken
            and progress.offset < len(log)
        ]
        return min(waiting)[1] if waiting else None

    async def _deliver(self, place: Place) -> None:
        log = self._broker._partitions[place]
        with self._taking(place) as progress:
            progress.attempts += 1
            end = progress.offset + self._batch
            batch = [
                Delivery(message=message, attempt=1 if nr else progress.attempts)
                for nr, message in enumerate(log[progress.offset : end])
            ]
            try:
                await self._handle(batch)
            except Exception as error:
                _logger.info("a batch is delivered again: %s", error)
                await asyncio.sleep(_PAUSE)
            else:
                progress.offset += len(batch)
                progress.attempts = 0
        await self._broker._tell()

    @contextmanager
    def _taking(self, place: Place) -> Iterator[_Progress]:
        progress = self._group.progress[place]
        progress.taken = True
        try:
            yield progress
        finally:
            progress.taken = False
