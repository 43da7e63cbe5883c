"""Mails to be sent: kept by the commit that wants them, sent afterwards, at least once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, Protocol
from uuid import UUID

from domain.order.order import OrderState
from shared.ids import EventId, MailId

APART: Final = timedelta(milliseconds=50)
"""Between mails about the orders of one event."""

WITH_TICKETS: Final = frozenset({OrderState.CONFIRMED, OrderState.PARTIALLY_REFUNDED})


class MailKind(Enum):
    VERIFY_EMAIL = "VERIFY_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"  # nosec B105: a name
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # nosec B105: a name
    INVITATION = "INVITATION"
    ORDER_CONFIRMED = "ORDER_CONFIRMED"
    ORDER_CANCELLED = "ORDER_CANCELLED"
    ORDER_FAILED = "ORDER_FAILED"
    ORDER_LAPSED = "ORDER_LAPSED"
    PAYMENT_LATE = "PAYMENT_LATE"
    REFUND_COMPLETED = "REFUND_COMPLETED"
    EVENT_CHANGED = "EVENT_CHANGED"
    EVENT_CANCELLED = "EVENT_CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What to write to whom, without any secret: those are made, or looked up, when it is sent.

    `subject_id`: the proof, the invitation, the order or the refund it is about. `name`,
    `organizer_name` and `role` are for the text, as far as the kind needs them. `created_at`: when
    it happened. `expires_at`: nobody wants it after that.
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

    def add_for_orders(
        self,
        kind: MailKind,
        event_id: EventId,
        *,
        everybody: bool,
        created_at: datetime,
        expires_at: datetime,
    ) -> None:
        """Notes a mail about each order of the event, to its buyer: about those that have tickets
        and, for `everybody`, those whose money may still come and those that were given back since
        `created_at`; as they are at the commit.

        Each is due `APART` after the one before it, so that other mails need not wait for all.
        """
        ...

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
