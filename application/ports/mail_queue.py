"""Mails to be sent: kept by the commit that wants them, sent afterwards, at least once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol
from uuid import UUID

from shared.ids import MailId


class MailKind(Enum):
    VERIFY_EMAIL = "VERIFY_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"  # nosec B105: a name
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # nosec B105: a name
    INVITATION = "INVITATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What to write to whom, without any secret: those are made when it is sent.

    `subject_id`: the proof or the invitation it is about. `name`, `organizer_name` and `role` are
    for the text, as far as the kind needs them. `expires_at`: nobody wants it after that.
    """

    id: MailId
    kind: MailKind
    to: str
    subject_id: UUID | None
    name: str
    organizer_name: str | None
    role: str | None
    created_at: datetime
    expires_at: datetime


class MailQueue(Protocol):
    """One row for each mail, kept until it is sent, refused for good or expired."""

    def add(self, mail: Mail) -> None: ...

    async def waiting(self, *, limit: int) -> Sequence[tuple[Mail, int]]:
        """Those due for an attempt, with the number of attempts made, longest waiting first."""
        ...

    def done(self, mail: Mail) -> None:
        """It was sent, or never will be; it is deleted."""
        ...

    def postpone(self, mail: Mail, *, until: datetime, failed: bool = True) -> None:
        """It could not be sent now, which counts as an attempt; or, not `failed`, it is about to
        be, and others leave it alone meanwhile."""
        ...
