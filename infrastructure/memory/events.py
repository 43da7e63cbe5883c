"""Events with their ticket types and pools."""

from collections.abc import Sequence
from datetime import datetime

from application.ports.repositories import EventFilter, EventRepository
from domain.event.event import Event
from domain.stock import Stock
from infrastructure.memory.session import Phase, Session, Writing
from shared.ids import EventId


class MemoryEvents(EventRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, event_id: EventId) -> Event | None:
        return (await self._session.read()).events.get(event_id)

    async def page(
        self, where: EventFilter, *, after: tuple[datetime, EventId] | None, limit: int
    ) -> Sequence[Event]:
        tables = await self._session.read()
        found = [
            event
            for event in tables.events.values()
            if _matches(event, where) and (after is None or _place(event) > after)
        ]
        return sorted(found, key=_place)[:limit]

    def add(self, event: Event) -> None:
        def write(writing: Writing) -> None:
            writing.insert(writing.tables.events, event.id, event)
            _stock_new_pools(writing, event)

        self._session.note(Phase.ORGANIZER, write, *event.facts)

    def save(self, event: Event) -> None:
        def write(writing: Writing) -> None:
            writing.update(writing.tables.events, event.id, event)
            _stock_new_pools(writing, event)

        self._session.note(Phase.ORGANIZER, write, *event.facts)


def _stock_new_pools(writing: Writing, event: Event) -> None:
    tables = writing.tables
    for pool in event.pools:
        if pool.id not in tables.stock:
            writing.journal.put(tables.event_of_pool, pool.id, event.id)
            empty = Stock(pool_id=pool.id, capacity=pool.capacity)
            writing.journal.put(tables.stock, pool.id, empty)


def _place(event: Event) -> tuple[datetime, EventId]:
    return event.details.starts_at, event.id


def _matches(event: Event, where: EventFilter) -> bool:
    details, tests_of = event.details, where.tests_of
    searched = (details.name, details.description, details.venue)
    return (
        (event.is_public or event.organizer_id in where.drafts_of)
        and (event.live if tests_of is None else not event.live)
        and tests_of in (None, event.organizer_id)
        and where.organizer_id in (None, event.organizer_id)
        and where.state in (None, event.state)
        and (where.starts_from is None or details.starts_at >= where.starts_from)
        and (where.starts_before is None or details.starts_at < where.starts_before)
        and (where.text is None or any(where.text.lower() in text.lower() for text in searched))
    )
