"""What needs the attention of a person."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from application.ports.money import AttentionFilter, AttentionRepository
from application.ports.unit_of_work import StaleWrite
from domain.attention.attention import Attention, AttentionKind, AttentionState, Choice
from infrastructure.postgres.conditions import Conditions
from infrastructure.postgres.connections import Record
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.session import Session
from shared.ids import AttentionId, OrderId, OrganizerId, UserId

_SELECT = """
    SELECT id, kind, subject_id, organizer_id, order_id, live, detail, state, choice, note,
           resolved_by, created_at, resolved_at, version
    FROM attention
"""

# No more is said of what it may conflict with: that would take a right to read.
_INSERT = """
    INSERT INTO attention (id, kind, subject_id, organizer_id, order_id, live, detail, state,
                           created_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT DO NOTHING
"""

_UPDATE = """
    UPDATE attention
    SET state = $3, choice = $4, note = $5, resolved_by = $6, resolved_at = $7, version = $8
    WHERE id = $1 AND version = $2
"""

_WAS_ASKED = """
    SELECT EXISTS (
        SELECT FROM attention
        WHERE subject_id = $2 AND kind = $1 AND choice IS DISTINCT FROM 'LOOK_AGAIN'
    ) AS asked
"""


class PostgresAttentionRepository(AttentionRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self.notes: Notes[Attention] = Notes()

    async def get(self, attention_id: AttentionId) -> Attention | None:
        row = await self._session.fetchrow(f"{_SELECT} WHERE id = $1", attention_id)
        return _attention(row) if row else None

    async def open_for(self, kind: AttentionKind, subject_id: UUID) -> Attention | None:
        row = await self._session.fetchrow(
            f"{_SELECT} WHERE kind = $1 AND subject_id = $2 AND state = 'OPEN'",
            kind.value,
            subject_id,
        )
        return _attention(row) if row else None

    async def was_asked(self, kind: AttentionKind, subject_id: UUID) -> bool:
        (row,) = await self._session.fetch(_WAS_ASKED, kind.value, subject_id)
        return bool(row["asked"])

    async def page(
        self,
        where: AttentionFilter,
        *,
        after: tuple[datetime, AttentionId] | None,
        limit: int,
    ) -> Sequence[Attention]:
        wanted = Conditions()
        wanted.add("live = {}", where.live)
        if where.organizer_id is not None:
            wanted.add("organizer_id = {}", where.organizer_id)
        if where.state is not None:
            wanted.add("state = {}", where.state.value)
        if after is not None:
            wanted.add("(created_at, id) > ({}, {})", *after)
        text = wanted.query(_SELECT, order_by="created_at, id", limit=limit)
        return [_attention(row) for row in await self._session.fetch(text, *wanted.values)]

    def add(self, attention: Attention) -> None:
        self.notes.add(attention.id, attention)

    def save(self, attention: Attention) -> None:
        self.notes.save(attention.id, attention)

    async def write(self) -> None:
        """Raises StaleWrite. Changes come first: what is resolved makes room for another of its
        kind."""
        for attention in self.notes.saved:
            written = await self._session.execute(
                _UPDATE,
                attention.id,
                stored_version(attention),
                attention.state.value,
                None if attention.choice is None else attention.choice.value,
                attention.note,
                attention.resolved_by,
                attention.resolved_at,
                attention.version,
            )
            if written != 1:
                raise StaleWrite
        # In one order everywhere: whoever asks the same waits, and two never for each other.
        for attention in sorted(self.notes.added, key=_subject):
            written = await self._session.execute(
                _INSERT,
                attention.id,
                attention.kind.value,
                attention.subject_id,
                attention.organizer_id,
                attention.order_id,
                attention.live,
                attention.detail,
                attention.state.value,
                attention.created_at,
                attention.version,
            )
            if not written:
                self.notes.forget(attention.id)


def _subject(attention: Attention) -> tuple[str, UUID]:
    return attention.kind.value, attention.subject_id


def _attention(row: Record) -> Attention:
    return Attention(
        id=AttentionId(row["id"]),
        kind=AttentionKind(row["kind"]),
        subject_id=row["subject_id"],
        organizer_id=None if row["organizer_id"] is None else OrganizerId(row["organizer_id"]),
        order_id=None if row["order_id"] is None else OrderId(row["order_id"]),
        live=row["live"],
        detail=row["detail"],
        state=AttentionState(row["state"]),
        choice=None if row["choice"] is None else Choice(row["choice"]),
        note=row["note"],
        resolved_by=None if row["resolved_by"] is None else UserId(row["resolved_by"]),
        created_at=row["created_at"],
        resolved_at=row["resolved_at"],
        version=row["version"],
    )
