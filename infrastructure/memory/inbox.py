"""Events of payment providers."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from application.ports.inbox import Inbox, ProviderEvent
from infrastructure.memory.session import Phase, Session, Writing
from infrastructure.memory.tables import InboxRow


class MemoryInbox(Inbox):
    def __init__(self, session: Session) -> None:
        self._session = session

    def receive(self, event: ProviderEvent) -> None:
        def write(writing: Writing) -> None:
            inbox, key = writing.tables.inbox, (event.provider, event.event_id)
            if key not in inbox:
                row = InboxRow(event=event, next_attempt_at=writing.now)
                writing.journal.put(inbox, key, row)

        self._session.note(Phase.INBOX, write)

    async def waiting(self, *, limit: int) -> Sequence[ProviderEvent]:
        tables = await self._session.read()
        now = self._session.now()
        waiting = [
            row.event
            for row in tables.inbox.values()
            if row.processed_at is None and row.next_attempt_at <= now
        ]
        return sorted(waiting, key=lambda event: event.occurred_at)[:limit]

    def processed(self, event: ProviderEvent) -> None:
        self._change(event, lambda row, now: replace(row, processed_at=now))

    def postpone(self, event: ProviderEvent, *, until: datetime) -> None:
        self._change(
            event,
            lambda row, now: replace(row, attempts=row.attempts + 1, next_attempt_at=until),
        )

    def _change(
        self, event: ProviderEvent, change: Callable[[InboxRow, datetime], InboxRow]
    ) -> None:
        def write(writing: Writing) -> None:
            inbox, key = writing.tables.inbox, (event.provider, event.event_id)
            row = inbox.get(key)
            if row is not None and row.processed_at is None:
                writing.journal.put(inbox, key, change(row, writing.now))

        self._session.note(Phase.INBOX, write)
