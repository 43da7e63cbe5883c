"""Mails that wait to be sent."""

from collections.abc import Sequence
from datetime import datetime

from application.ports.mail_queue import APART, WITH_TICKETS, Mail, MailKind, MailQueue
from infrastructure.postgres.connections import Record
from infrastructure.postgres.session import Session
from shared.ids import EventId, MailId

_WAITING = """
    SELECT id, kind, recipient, subject_id, name, organizer_name, role, created_at, expires_at,
           attempts
    FROM mails
    WHERE due_at <= statement_timestamp()
    ORDER BY due_at, id
    LIMIT $1
"""

_INSERT = """
    INSERT INTO mails (id, kind, recipient, subject_id, name, organizer_name, role, created_at,
                       expires_at, due_at, attempts)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, statement_timestamp(), 0)
"""

_INSERT_FOR_ORDERS = """
    INSERT INTO mails (id, kind, recipient, subject_id, name, created_at, expires_at, due_at,
                       attempts)
    SELECT gen_random_uuid(), $2, buyer_email, id, buyer_name, $4, $5,
           statement_timestamp() + row_number() OVER (ORDER BY id) * $6::interval, 0
    FROM orders
    WHERE event_id = $1
      AND (state = ANY ($7)
           OR $3 AND (state = 'COMMITTING'
                      OR state = 'PENDING_PAYMENT' AND deadline > statement_timestamp()
                      OR state = 'REFUNDED' AND updated_at >= $4))
"""

_DONE = "DELETE FROM mails WHERE id = $1"

_POSTPONE = "UPDATE mails SET due_at = $2, attempts = attempts + $3 WHERE id = $1"


class PostgresMailQueue(MailQueue):
    def __init__(self, session: Session) -> None:
        self._session = session
        self._statements: list[tuple[str, tuple[object, ...]]] = []

    def add(self, mail: Mail) -> None:
        values = (
            mail.id,
            mail.kind.value,
            mail.to,
            mail.subject_id,
            mail.name,
            mail.organizer_name,
            mail.role,
            mail.created_at,
            mail.expires_at,
        )
        self._statements.append((_INSERT, values))

    def add_for_orders(
        self,
        kind: MailKind,
        event_id: EventId,
        *,
        everybody: bool,
        created_at: datetime,
        expires_at: datetime,
    ) -> None:
        states = [state.value for state in WITH_TICKETS]
        values = (event_id, kind.value, everybody, created_at, expires_at, APART, states)
        self._statements.append((_INSERT_FOR_ORDERS, values))

    async def waiting(self, *, limit: int) -> Sequence[tuple[Mail, int]]:
        rows = await self._session.fetch(_WAITING, limit)
        return [(_mail(row), row["attempts"]) for row in rows]

    def done(self, mail: Mail) -> None:
        self._statements.append((_DONE, (mail.id,)))

    def postpone(self, mail: Mail, *, until: datetime, failed: bool = True) -> None:
        self._statements.append((_POSTPONE, (mail.id, until, int(failed))))

    def __bool__(self) -> bool:
        return bool(self._statements)

    async def write(self) -> None:
        """In the order of the ids, in which rows are locked everywhere."""
        for sql, values in sorted(self._statements, key=lambda each: str(each[1][0])):
            await self._session.execute(sql, *values)


def _mail(row: Record) -> Mail:
    return Mail(
        id=MailId(row["id"]),
        kind=MailKind(row["kind"]),
        to=row["recipient"],
        subject_id=row["subject_id"],
        name=row["name"],
        organizer_name=row["organizer_name"],
        role=row["role"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )
