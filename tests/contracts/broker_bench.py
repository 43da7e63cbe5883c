"""What the contract of brokers is tried with: messages to publish, and readers that take notes."""

import asyncio
import itertools
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from application.messaging.message import Message
from application.ports.broker import Broker, BrokerUnavailable, Delivery, Handle
from shared.ids import OrganizerId
from tools.services import Server

BEGINNING = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
PATIENCE = 60.0


class BrokerBench(ABC):
    shares = True
    """Whether several members of a group work at the same time, on different keys."""
    notice_seconds = 0.1
    """After which members know that another has come, at the latest."""
    keeps_history = True
    """Whether a new group gets what was published before it subscribed for the first time."""

    @abstractmethod
    def connect(self) -> Broker:
        """As one more process would have it; closed with the bench."""

    @abstractmethod
    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """How another process makes its broker: a function by name (`module:name`), and its options."""

    function: str
    options: dict[str, str | int | float]


class ServerBench(BrokerBench):
    """A broker whose server can be killed and frozen, and whose members may be processes."""

    session_seconds: float
    """After which silence a member is taken for dead, roughly."""

    def __init__(self, server: Server, make: Callable[[str], Broker]) -> None:
        """`make` is a function of a module: brokers at an address, with patience for tests."""
        self.server = server
        self._make = make
        self._brokers: list[Broker] = []

    def connect(self) -> Broker:
        self._brokers.append(self._make(self.server.url))
        return self._brokers[-1]

    def maker(self) -> Maker:
        function = f"{self._make.__module__}:{self._make.__name__}"
        return Maker(function=function, options={"url": self.server.url})

    async def close(self) -> None:
        for each in self._brokers:
            await each.close()


class Source:
    """Messages of one topic that nobody else uses."""

    def __init__(self) -> None:
        self.aggregate = f"test_{uuid4().hex}"
        self.topic = f"ticketing.{self.aggregate}"
        self._positions = itertools.count(1)

    def message(self, key: UUID | None = None, text: str = "") -> Message:
        position = next(self._positions)
        return Message(
            id=uuid4(),
            position=position,
            type="test.happened",
            version=1 + position % 3,
            aggregate=self.aggregate,
            aggregate_id=key or uuid4(),
            payload={"text": text, "number": position, "none": None, "yes": True, "ids": ["a", ""]},
            occurred_at=BEGINNING + timedelta(microseconds=position),
            request_id=f"request-{position}",
            actor="user:1" if position % 2 else "system",
            organizer_id=OrganizerId(uuid4()) if position % 2 else None,
            live=position % 3 > 0,
        )

    def messages(self, count: int, keys: Sequence[UUID]) -> list[Message]:
        """Of the keys in turn."""
        return [self.message(key) for key, _ in zip(itertools.cycle(keys), range(count))]


def some_keys(count: int) -> list[UUID]:
    return [uuid4() for _ in range(count)]


def _never(deliveries: Sequence[Delivery]) -> bool:
    return False


class Reader:
    """Deals with what it is given, or refuses it. Several members may share one: then it notes also
    whether two of them were at the same key at the same time."""

    def __init__(
        self, *, pause: float = 0, refuses: Callable[[Sequence[Delivery]], bool] = _never
    ) -> None:
        self.done: list[Message] = []
        self.refused: list[Message] = []
        self.overlaps = 0
        self.by_member: dict[str, int] = defaultdict(int)
        self.largest = 0
        self._pause = pause
        self._refuses = refuses
        self._under_way: set[UUID] = set()

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        await self.take("", deliveries)

    def member(self, name: str) -> Handle:
        """The same notes, by name."""
        return partial(self.take, name)

    @property
    def busy(self) -> bool:
        return bool(self._under_way)

    async def take(self, name: str, deliveries: Sequence[Delivery]) -> None:
        assert deliveries
        self.largest = max(self.largest, len(deliveries))
        keys = {each.message.aggregate_id for each in deliveries}
        self.overlaps += len(keys & self._under_way)
        self._under_way |= keys
        try:
            await asyncio.sleep(self._pause)
            messages = [each.message for each in deliveries]
            if self._refuses(deliveries):
                self.refused += messages
                raise RuntimeError("refused, as the test wants it")
            self.done += messages
            self.by_member[name] += len(messages)
        finally:
            self._under_way -= keys

    async def until(self, messages: Collection[Message], seconds: float = PATIENCE) -> None:
        """Everything was dealt with, at least once."""
        wanted = {each.id for each in messages}
        await eventually(
            lambda: wanted <= {each.id for each in self.done},
            lambda: f"{len(wanted - {each.id for each in self.done})} of {len(wanted)} are missing",
            seconds,
        )


async def eventually(
    true: Callable[[], bool], otherwise: Callable[[], str], seconds: float = PATIENCE
) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, otherwise()
        await asyncio.sleep(0.05)


def first_of_each(messages: Iterable[Message]) -> dict[UUID, list[UUID]]:
    """By key, the ids in the order in which each came for the first time."""
    order: dict[UUID, dict[UUID, None]] = defaultdict(dict)
    for each in messages:
        order[each.aggregate_id].setdefault(each.id)
    return {key: list(ids) for key, ids in order.items()}


async def insist(
    broker: Broker, messages: Sequence[Message], failed: Callable[[], None] = lambda: None
) -> None:
    """Publishes as a relay does: again and again until it is acknowledged; tells each failure."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            await broker.publish(messages)
            return
        except BrokerUnavailable:
            failed()
            assert time.monotonic() < until
            await asyncio.sleep(0.2)
