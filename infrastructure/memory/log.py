"""The log over the tables in memory."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from uuid_utils.compat import uuid7

from application.fact_codec import FACT_TYPES, payload
from application.messages import SYSTEM, Actor
from application.messaging.message import Message
from application.ports.backlog import MOST_COUNTED, Waiting
from application.ports.log import SHARDS, Claim, FactLog, LogReaders, Stretch
from infrastructure.memory.database import MemoryDatabase
from infrastructure.memory.tables import OutboxRow, Tables
from shared.ids import AttentionId, EventId, OrderId, OrganizerId, UserId


def shard_of(aggregate_id: UUID) -> int:
    return aggregate_id.int % SHARDS


class MemoryFactLog(FactLog):
    def __init__(self, database: MemoryDatabase) -> None:
        self._tables = database.tables

    async def number(self, limit: int) -> int:
        tables = self._tables
        new = list(islice(tables.outbox, len(tables.log), len(tables.log) + limit))
        for row in new:
            tables.log.append(_message(tables, row, len(tables.log) + 1))
        return len(new)

    async def read(
        self,
        after: int,
        limit: int,
        *,
        organizer_id: OrganizerId | None = None,
        order_id: OrderId | None = None,
        types: Collection[str] | None = None,
        live: bool | None = None,
        actor: Actor = SYSTEM,
    ) -> Sequence[Message]:
        found = (
            message
            for message in islice(self._tables.log, max(after, 0), None)
            if (organizer_id is None or message.organizer_id == organizer_id)
            and (
                order_id is None
                or message.aggregate == "order"
                and message.aggregate_id == order_id
            )
            and (types is None or message.type in types)
            and (live is None or message.live is live)
            and _sees(actor, message)
        )
        return list(islice(found, limit))

    async def head(self) -> int:
        return len(self._tables.log)


class MemoryLogReaders(LogReaders):
    """A position is one more than the index in the list."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database
        self._log = database.tables.log
        self._cursors: dict[str, dict[int, int]] = {}
        self._taken: set[tuple[str, int]] = set()

    async def behind(self, reader: str) -> Collection[int]:
        head = len(self._log)
        return [shard for shard, cursor in self._of(reader).items() if cursor < head]

    @asynccontextmanager
    async def claim(self, reader: str, shards: Collection[int]) -> AsyncIterator[Claim]:
        ours = {(reader, shard) for shard in shards} - self._taken
        self._taken |= ours
        try:
            yield _MemoryClaim(self._log, self._of(reader), frozenset(nr for _, nr in ours))
        finally:
            self._taken -= ours

    async def lags(self) -> Mapping[str, Waiting]:
        now = self._database.clock.now()
        lags = {}
        for reader, cursors in self._cursors.items():
            waiting = [
                message
                for message in islice(self._log, min(cursors.values()), None)
                if cursors[shard_of(message.aggregate_id)] < message.position
            ]
            lags[reader] = Waiting(
                count=min(len(waiting), MOST_COUNTED),
                oldest_seconds=(
                    max((now - waiting[0].occurred_at).total_seconds(), 0.0) if waiting else 0.0
                ),
            )
        return lags

    async def forget(self, reader: str) -> bool:
        return self._cursors.pop(reader, None) is not None

    def _of(self, reader: str) -> dict[int, int]:
        return self._cursors.setdefault(reader, dict.fromkeys(range(SHARDS), 0))


@dataclass(frozen=True, slots=True)
class _MemoryClaim(Claim):
    log: Sequence[Message]
    cursors: dict[int, int]
    shards: frozenset[int]

    async def read(self, limit: int, types: Collection[str] | None = None) -> Stretch:
        first = min((self.cursors[shard] for shard in self.shards), default=len(self.log))
        found: list[Message] = []
        for message in islice(self.log, first, None):
            shard = shard_of(message.aggregate_id)
            if shard not in self.shards or message.position <= self.cursors[shard]:
                continue
            if types is None or message.type in types:
                found.append(message)
                if len(found) == limit:
                    return Stretch(messages=found, upto=message.position)
        return Stretch(messages=found, upto=len(self.log))

    async def advance(self, upto: int) -> None:
        for shard in self.shards:
            self.cursors[shard] = max(self.cursors[shard], upto)


def _message(tables: Tables, row: OutboxRow, position: int) -> Message:
    kind = FACT_TYPES[type(row.fact)]
    content = payload(row.fact)
    organizer_id, live = _whose(tables, kind.aggregate, row.aggregate_id, content)
    return Message(
        id=uuid7(),
        position=position,
        type=kind.name,
        version=kind.version,
        aggregate=kind.aggregate,
        aggregate_id=row.aggregate_id,
        payload=content,
        occurred_at=row.fact.occurred_at,
        request_id=row.request_id,
        actor=row.actor,
        organizer_id=organizer_id,
        live=live,
    )


def _whose(
    tables: Tables, aggregate: str, aggregate_id: UUID, content: Mapping[str, object]
) -> tuple[OrganizerId | None, bool]:
    """The organizer it concerns, and whether it is of no test."""
    event_id = content.get("event_id")
    if event_id is None and aggregate == "order":
        event_id = str(tables.orders[OrderId(aggregate_id)].event_id)
    if isinstance(event_id, str):
        event = tables.events[EventId(UUID(event_id))]
        return event.organizer_id, event.live
    guest = tables.guests.get(UserId(aggregate_id))
    if guest is not None and guest.tests_of is not None:
        return guest.tests_of, False
    attention = tables.attention.get(AttentionId(aggregate_id))
    organizer_id = content.get("organizer_id")
    ours = OrganizerId(UUID(organizer_id)) if isinstance(organizer_id, str) else None
    return ours, attention.live if attention is not None else True


def _sees(actor: Actor, message: Message) -> bool:
    """What row policies say elsewhere."""
    if actor.is_system:
        return True
    if message.organizer_id is None or message.organizer_id not in actor.organizer_ids:
        return False
    return message.live if actor.live else message.organizer_id == actor.tests_of
