"""What needs the attention of a person."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from application.ports.money import AttentionFilter, AttentionRepository
from domain.attention.attention import Attention, AttentionKind, AttentionState, Choice
from infrastructure.memory.session import Phase, Session, Writing
from shared.ids import AttentionId


class MemoryAttention(AttentionRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, attention_id: AttentionId) -> Attention | None:
        return (await self._session.read()).attention.get(attention_id)

    async def open_for(self, kind: AttentionKind, subject_id: UUID) -> Attention | None:
        tables = await self._session.read()
        attention_id = tables.open_attention.get((kind, subject_id))
        return None if attention_id is None else tables.attention[attention_id]

    async def was_asked(self, kind: AttentionKind, subject_id: UUID) -> bool:
        attention = (await self._session.read()).attention.values()
        return any(
            (each.kind, each.subject_id) == (kind, subject_id)
            and each.choice is not Choice.LOOK_AGAIN
            for each in attention
        )

    async def page(
        self,
        where: AttentionFilter,
        *,
        after: tuple[datetime, AttentionId] | None,
        limit: int,
    ) -> Sequence[Attention]:
        tables = await self._session.read()
        found = [
            each
            for each in tables.attention.values()
            if _matches(each, where) and (after is None or _place(each) > after)
        ]
        return sorted(found, key=_place)[:limit]

    def add(self, attention: Attention) -> None:
        def write(writing: Writing) -> None:
            tables, key = writing.tables, (attention.kind, attention.subject_id)
            if key in tables.open_attention:
                return
            writing.insert(tables.attention, attention.id, attention)
            writing.journal.put(tables.open_attention, key, attention.id)
            writing.facts.extend(attention.facts)

        self._session.note(Phase.ATTENTION, write)

    def save(self, attention: Attention) -> None:
        def write(writing: Writing) -> None:
            tables, key = writing.tables, (attention.kind, attention.subject_id)
            writing.update(tables.attention, attention.id, attention)
            if attention.state is not AttentionState.OPEN and key in tables.open_attention:
                writing.journal.remove(tables.open_attention, key)

        # Before what is new: what is resolved makes room for another of its kind.
        self._session.note(Phase.PAYMENT, write, *attention.facts)


def _place(attention: Attention) -> tuple[datetime, AttentionId]:
    return attention.created_at, attention.id


def _matches(attention: Attention, where: AttentionFilter) -> bool:
    return (
        attention.live == where.live
        and where.organizer_id in (None, attention.organizer_id)
        and where.state in (None, attention.state)
    )
