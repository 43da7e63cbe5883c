"""What consumers have dealt with, on PostgreSQL."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from application.messaging.cloudevents import decode, encode
from application.messaging.message import Message
from application.ports.consumed import (
    AlreadyConsumed,
    ConsumedMessages,
    DeadLetter,
    ParkedMessage,
)
from infrastructure.postgres.connections import Record
from infrastructure.postgres.session import Session

_ADD = """
    INSERT INTO consumed (consumer_group, message_id)
    SELECT $1, message_id FROM unnest($2::uuid[]) AS message_id
    ON CONFLICT DO NOTHING
"""

_KNOWN = "SELECT message_id FROM consumed WHERE consumer_group = $1 AND message_id = ANY($2)"

_FORGET = """
    DELETE FROM consumed WHERE (consumer_group, message_id) IN (
        SELECT consumer_group, message_id FROM consumed
        WHERE message_id < holdfast_uuid7_floor($1) ORDER BY message_id LIMIT $2
    )
"""

_PARK = """
    INSERT INTO parked_messages (consumer_group, message_id, aggregate_id, log_position, due_at,
                                 attempts, error, headers, payload)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT DO NOTHING
"""

_POSTPONE = """
    UPDATE parked_messages SET due_at = $3, attempts = $4, error = $5
    WHERE consumer_group = $1 AND message_id = $2
"""

_UNPARK = "DELETE FROM parked_messages WHERE consumer_group = $1 AND message_id = $2"

_WITH_PARKED = """
    SELECT DISTINCT aggregate_id FROM parked_messages
    WHERE consumer_group = $1 AND aggregate_id = ANY($2)
"""

_DUE = """
    SELECT headers, payload, attempts, error FROM parked_messages AS p
    WHERE consumer_group = $1 AND due_at <= statement_timestamp()
      AND NOT EXISTS (
          SELECT FROM parked_messages AS earlier
          WHERE earlier.consumer_group = $1 AND earlier.aggregate_id = p.aggregate_id
            AND earlier.log_position < p.log_position
      )
    ORDER BY due_at, log_position
    LIMIT $2
"""

_BURY = """
    INSERT INTO dead_letters (consumer_group, message_id, log_position, died_at, attempts, error,
                              headers, payload)
    VALUES ($1, $2, $3, statement_timestamp(), $4, $5, $6, $7)
    ON CONFLICT DO NOTHING
"""

_DEAD = """
    SELECT consumer_group, headers, payload, attempts, error, died_at FROM dead_letters
    WHERE ($1::text IS NULL OR consumer_group = $1::text) AND log_position > $2
    ORDER BY log_position, consumer_group
    LIMIT $3
"""

_REVIVE = """
    WITH dead AS (
        DELETE FROM dead_letters WHERE consumer_group = $1 AND message_id = $2
        RETURNING consumer_group, message_id, log_position, error, headers, payload
    ), undone AS (
        DELETE FROM consumed USING dead
        WHERE consumed.consumer_group = dead.consumer_group
          AND consumed.message_id = dead.message_id
    )
    INSERT INTO parked_messages (consumer_group, message_id, aggregate_id, log_position, due_at,
                                 attempts, error, headers, payload)
    SELECT consumer_group, message_id, (headers ->> 'ce_subject')::uuid, log_position,
           statement_timestamp(), 0, error, headers, payload
    FROM dead
    ON CONFLICT DO NOTHING
"""

_LONGEST_ERROR: Final = 2_000


class PostgresConsumed(ConsumedMessages):
    def __init__(self, session: Session) -> None:
        self._session = session
        self._added: dict[str, list[UUID]] = {}
        self._statements: list[tuple[str, tuple[object, ...]]] = []

    def add(self, group: str, message_id: UUID) -> None:
        self._added.setdefault(group, []).append(message_id)

    async def known(self, group: str, message_ids: Collection[UUID]) -> frozenset[UUID]:
        rows = await self._session.fetch(_KNOWN, group, list(message_ids))
        return frozenset(row["message_id"] for row in rows)

    def forget(self, *, before: datetime, limit: int) -> None:
        self._statements.append((_FORGET, (before, limit)))

    def park(self, group: str, parked: ParkedMessage, *, until: datetime) -> None:
        message = parked.message
        values = (
            group,
            message.id,
            message.aggregate_id,
            message.position,
            until,
            parked.attempts,
            _kept(parked.error),
            *_stored(message),
        )
        self._statements.append((_PARK, values))

    def postpone(self, group: str, parked: ParkedMessage, *, until: datetime) -> None:
        values = (group, parked.message.id, until, parked.attempts, _kept(parked.error))
        self._statements.append((_POSTPONE, values))

    def unpark(self, group: str, message_id: UUID) -> None:
        self._statements.append((_UNPARK, (group, message_id)))

    async def with_parked(self, group: str, aggregate_ids: Collection[UUID]) -> frozenset[UUID]:
        rows = await self._session.fetch(_WITH_PARKED, group, list(aggregate_ids))
        return frozenset(row["aggregate_id"] for row in rows)

    async def due(self, group: str, *, limit: int) -> Sequence[ParkedMessage]:
        return [
            ParkedMessage(message=_message(row), attempts=row["attempts"], error=row["error"])
            for row in await self._session.fetch(_DUE, group, limit)
        ]

    def bury(self, group: str, message: Message, *, attempts: int, error: str) -> None:
        values = (group, message.id, message.position, attempts, _kept(error), *_stored(message))
        self._statements.append((_BURY, values))

    async def dead(
        self, group: str | None = None, *, after: int = 0, limit: int
    ) -> Sequence[DeadLetter]:
        return [
            DeadLetter(
                group=row["consumer_group"],
                message=_message(row),
                attempts=row["attempts"],
                error=row["error"],
                died_at=row["died_at"],
            )
            for row in await self._session.fetch(_DEAD, group, after, limit)
        ]

    def revive(self, letter: DeadLetter) -> None:
        self._statements.append((_REVIVE, (letter.group, letter.message.id)))

    def __bool__(self) -> bool:
        return bool(self._added or self._statements)

    async def write_added(self) -> None:
        """Comes before anything is locked: whoever does the same at this moment is waited for
        here, and nobody for each other, since all go by the same order. Raises AlreadyConsumed."""
        for group, message_ids in sorted(self._added.items()):
            added = await self._session.execute(_ADD, group, sorted(message_ids))
            if added != len(message_ids):
                raise AlreadyConsumed

    async def write(self) -> None:
        for sql, values in self._statements:
            await self._session.execute(sql, *values)


def _stored(message: Message) -> tuple[object, object]:
    """Headers and payload, as they would be sent."""
    headers, _ = encode(message)
    return headers, message.payload


def _message(row: Record) -> Message:
    return decode(row["headers"], json.dumps(row["payload"]).encode())


def _kept(error: str) -> str:
    return error.replace("\0", "")[:_LONGEST_ERROR]
