"""What consumers have dealt with, in memory."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from application.messaging.message import Message
from application.ports.consumed import (
    AlreadyConsumed,
    ConsumedMessages,
    DeadLetter,
    ParkedMessage,
)
from infrastructure.memory.session import Phase, Session, Writing
from infrastructure.memory.tables import ParkedRow


class MemoryConsumed(ConsumedMessages):
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, group: str, message_id: UUID) -> None:
        def write(writing: Writing) -> None:
            if (group, message_id) in writing.tables.consumed:
                raise AlreadyConsumed
            writing.journal.put(writing.tables.consumed, (group, message_id), True)

        self._session.note(Phase.CONSUMED, write)

    async def known(self, group: str, message_ids: Collection[UUID]) -> frozenset[UUID]:
        tables = await self._session.read()
        return frozenset(each for each in message_ids if (group, each) in tables.consumed)

    def forget(self, *, before: datetime, limit: int) -> None:
        def write(writing: Writing) -> None:
            old = [key for key in writing.tables.consumed if _moment(key[1]) < before]
            for key in old[:limit]:
                writing.journal.remove(writing.tables.consumed, key)

        self._session.note(Phase.MESSAGES, write)

    def park(self, group: str, parked: ParkedMessage, *, until: datetime) -> None:
        def write(writing: Writing) -> None:
            key = group, parked.message.id
            if key not in writing.tables.parked:
                writing.journal.put(
                    writing.tables.parked, key, ParkedRow(parked=parked, due_at=until)
                )

        self._session.note(Phase.MESSAGES, write)

    def postpone(self, group: str, parked: ParkedMessage, *, until: datetime) -> None:
        def write(writing: Writing) -> None:
            key = group, parked.message.id
            if key in writing.tables.parked:
                writing.journal.put(
                    writing.tables.parked, key, ParkedRow(parked=parked, due_at=until)
                )

        self._session.note(Phase.MESSAGES, write)

    def unpark(self, group: str, message_id: UUID) -> None:
        def write(writing: Writing) -> None:
            if (group, message_id) in writing.tables.parked:
                writing.journal.remove(writing.tables.parked, (group, message_id))

        self._session.note(Phase.MESSAGES, write)

    async def with_parked(self, group: str, aggregate_ids: Collection[UUID]) -> frozenset[UUID]:
        tables = await self._session.read()
        theirs = {
            row.parked.message.aggregate_id for key, row in tables.parked.items() if key[0] == group
        }
        return frozenset(theirs.intersection(aggregate_ids))

    async def due(self, group: str, *, limit: int) -> Sequence[ParkedMessage]:
        tables = await self._session.read()
        now = self._session.now()
        first: dict[UUID, ParkedRow] = {}
        rows = [row for key, row in tables.parked.items() if key[0] == group]
        for row in sorted(rows, key=lambda row: row.parked.message.position):
            first.setdefault(row.parked.message.aggregate_id, row)
        due = sorted((row.due_at, nr) for nr, row in enumerate(first.values()) if row.due_at <= now)
        heads = list(first.values())
        return [heads[nr].parked for _, nr in due[:limit]]

    def bury(self, group: str, message: Message, *, attempts: int, error: str) -> None:
        def write(writing: Writing) -> None:
            letter = DeadLetter(
                group=group, message=message, attempts=attempts, error=error, died_at=writing.now
            )
            writing.journal.put(writing.tables.dead, (group, message.id), letter)

        self._session.note(Phase.MESSAGES, write)

    async def dead(
        self, group: str | None = None, *, after: int = 0, limit: int
    ) -> Sequence[DeadLetter]:
        tables = await self._session.read()
        found = (
            letter
            for letter in tables.dead.values()
            if group in (None, letter.group) and letter.message.position > after
        )
        return sorted(found, key=lambda each: (each.message.position, each.group))[:limit]

    def revive(self, letter: DeadLetter) -> None:
        def write(writing: Writing) -> None:
            tables, key = writing.tables, (letter.group, letter.message.id)
            if key not in tables.dead:
                return
            writing.journal.remove(tables.dead, key)
            if key in tables.consumed:
                writing.journal.remove(tables.consumed, key)
            parked = ParkedMessage(message=letter.message, attempts=0, error=letter.error)
            row = ParkedRow(parked=parked, due_at=writing.now)
            writing.journal.put(tables.parked, key, row)

        self._session.note(Phase.MESSAGES, write)


def _moment(id: UUID) -> datetime:
    """Ids of facts begin with theirs."""
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC)
