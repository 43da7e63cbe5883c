"""Mails that wait to be sent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from application.ports.mail_queue import Mail, MailQueue
from infrastructure.memory.session import Phase, Session, Writing
from infrastructure.memory.tables import MailRow


class MemoryMailQueue(MailQueue):
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, mail: Mail) -> None:
        def write(writing: Writing) -> None:
            row = MailRow(mail=mail, due_at=writing.now)
            writing.journal.put(writing.tables.mails, mail.id, row)

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
