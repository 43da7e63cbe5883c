"""The inbox of payment providers' events."""

from collections.abc import Sequence
from datetime import datetime

from application.ports.inbox import Inbox, ProviderEvent, Topic
from infrastructure.postgres.session import Session
from shared.ids import PaymentId

_WAITING = """
    SELECT provider, topic, payment_id, event_id, type, reference, occurred_at
    FROM provider_events
    WHERE processed_at IS NULL AND due_at <= statement_timestamp()
    ORDER BY occurred_at, provider, event_id
    LIMIT $1
"""

_RECEIVE = """
    INSERT INTO provider_events (provider, topic, payment_id, event_id, type, reference,
                                 occurred_at, received_at, due_at, attempts)
    VALUES ($1, $2, $3, $4, $5, $6, $7, statement_timestamp(), statement_timestamp(), 0)
    ON CONFLICT DO NOTHING
"""

_PROCESSED = """
    UPDATE provider_events SET processed_at = clock_timestamp(), attempts = attempts + 1
    WHERE provider = $1 AND event_id = $2 AND processed_at IS NULL
"""

_POSTPONE = """
    UPDATE provider_events SET due_at = $3, attempts = attempts + 1
    WHERE provider = $1 AND event_id = $2 AND processed_at IS NULL
"""


class PostgresInbox(Inbox):
    def __init__(self, session: Session) -> None:
        self._session = session
        self._statements: list[tuple[str, tuple[object, ...]]] = []

    def receive(self, event: ProviderEvent) -> None:
        values = (
            event.provider,
            event.topic.value,
            event.payment_id,
            event.event_id,
            event.type,
            event.reference,
            event.occurred_at,
        )
        self._statements.append((_RECEIVE, values))

    async def waiting(self, *, limit: int) -> Sequence[ProviderEvent]:
        return [
            ProviderEvent(
                provider=row["provider"],
                topic=Topic(row["topic"]),
                payment_id=None if row["payment_id"] is None else PaymentId(row["payment_id"]),
                event_id=row["event_id"],
                type=row["type"],
                reference=row["reference"],
                occurred_at=row["occurred_at"],
            )
            for row in await self._session.fetch(_WAITING, limit)
        ]

    def processed(self, event: ProviderEvent) -> None:
        self._statements.append((_PROCESSED, (event.provider, event.event_id)))

    def postpone(self, event: ProviderEvent, *, until: datetime) -> None:
        self._statements.append((_POSTPONE, (event.provider, event.event_id, until)))

    def __bool__(self) -> bool:
        return bool(self._statements)

    async def write(self) -> None:
        for sql, values in self._statements:
            await self._session.execute(sql, *values)
