"""Mails that wait to be sent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from application.ports.mail_queue import APART, WITH_TICKETS, Mail, MailKind, MailQueue
from domain.order.order import OrderState
from infrastructure.memory.session import Phase, Session, Writing
from infrastructure.memory.tables import MailRow
from shared.ids import EventId, MailId


class MemoryMailQueue(MailQueue):
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, mail: Mail) -> None:
        def write(writing: Writing) -> None:
            row = MailRow(mail=mail, due_at=writing.now)
            writing.journal.put(writing.tables.mails, mail.id, row)

        self._session.note(Phase.MAIL, write)

    def add_for_orders(
        self,
        kind: MailKind,
        event_id: EventId,
        *,
        everybody: bool,
        created_at: datetime,
        expires_at: datetime,
    ) -> None:
        def write(writing: Writing) -> None:
            orders = writing.tables.orders.values()
            due_at = writing.now
            for order in [each for each in orders if each.event_id == event_id]:
                waits = order.state is OrderState.COMMITTING or order.is_payable(at=writing.now)
                ended = order.state is OrderState.REFUNDED and order.updated_at >= created_at
                if order.state not in WITH_TICKETS and not (everybody and (waits or ended)):
                    continue
                mail = Mail(
                    id=MailId(uuid4()),
                    kind=kind,
                    to=order.buyer.email,
                    subject_id=order.id,
                    name=order.buyer.name,
                    organizer_name=None,
                    role=None,
                    created_at=created_at,
                    expires_at=expires_at,
                )
                due_at += APART
                writing.journal.put(
                    writing.tables.mails, mail.id, MailRow(mail=mail, due_at=due_at)
                )

        self._session.note(Phase.MAIL, write)

    async def waiting(self, *, limit: int) -> Sequence[tuple[Mail, int]]:
        tables = await self._session.read()
        now = self._session.now()
        due = [row for row in tables.mails.values() if row.due_at <= now]
        due.sort(key=lambda row: row.due_at)
        return [(row.mail, row.attempts) for row in due[:limit]]

    def done(self, mail: Mail) -> None:
        def write(writing: Writing) -> None:
            if mail.id in writing.tables.mails:
                writing.journal.remove(writing.tables.mails, mail.id)

        self._session.note(Phase.MAIL, write)

    def postpone(self, mail: Mail, *, until: datetime, failed: bool = True) -> None:
        def write(writing: Writing) -> None:
            row = writing.tables.mails.get(mail.id)
            if row is not None:
                later = replace(row, due_at=until, attempts=row.attempts + failed)
                writing.journal.put(writing.tables.mails, mail.id, later)

        self._session.note(Phase.MAIL, write)
