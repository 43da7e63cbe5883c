"""The consumer that notes what buyers are to be written, in the transaction of the inbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from application.fact_codec import Plain
from application.messages import SYSTEM, Context
from application.messaging.consumer import Consumer
from application.messaging.message import Message
from application.payment.offline import OFFLINE
from application.ports.identity import Ids
from application.ports.mail_queue import Mail, MailKind
from application.ports.unit_of_work import UnitOfWork
from domain.order.errors import OrderNotFound, PaymentNotFound
from domain.order.order import Order
from domain.order.refund import LATE_PAYMENT, Refund
from shared.ids import EventId, MailId, OrderId, RefundId

GROUP: Final = "notifications"
TOLD_WITHIN: Final = timedelta(hours=24)
"""What is older is not written about: a log that is read from its beginning floods nobody."""
SENT_WITHIN: Final = timedelta(days=3)
"""After what it tells. A mail server that is away for longer costs letters."""

TYPES: Final = frozenset(
    {
        "order.confirmed",
        "order.cancelled",
        "order.failed",
        "order.expired",
        "refund.requested",
        "refund.completed",
        "event.updated",
        "event.cancelled",
    }
)
_TOLD_FIELDS: Final = frozenset({"name", "venue", "starts_at", "ends_at", "timezone"})
"""What of an event stands in letters and calendars."""


@dataclass(frozen=True, slots=True)
class NoteMails:
    """An effect: the mails that buyers get because of a message; of tests nobody gets any.

    Raises OrderNotFound, PaymentNotFound and KeyError for messages about nothing that is there.
    """

    ids: Ids

    async def __call__(self, message: Message, work: UnitOfWork, ctx: Context) -> None:
        if not message.live or await work.now() - message.occurred_at >= TOLD_WITHIN:
            return
        if message.aggregate == "event":
            self._of_event(message, work)
            return
        order = await work.orders.get(OrderId(message.aggregate_id))
        if order is None:
            raise OrderNotFound()
        if message.type.startswith("refund."):
            await self._of_refund(message, order, work)
            return
        kind = await _kind(message, order, work)
        if kind is not None:
            self._note(kind, order.id, message, order, work)

    def _of_event(self, message: Message, work: UnitOfWork) -> None:
        cancelled = message.type == "event.cancelled"
        if not cancelled and _TOLD_FIELDS.isdisjoint(_texts(message.payload["fields"])):
            return
        work.mails.add_for_orders(
            MailKind.EVENT_CANCELLED if cancelled else MailKind.EVENT_CHANGED,
            EventId(message.aggregate_id),
            everybody=cancelled,
            created_at=message.occurred_at,
            expires_at=message.occurred_at + SENT_WITHIN,
        )

    async def _of_refund(self, message: Message, order: Order, work: UnitOfWork) -> None:
        refund = await _refund(message, work)
        if message.type == "refund.completed":
            self._note(MailKind.REFUND_COMPLETED, refund.id, message, order, work)
        elif refund.reason == LATE_PAYMENT and refund.retry_of is None:
            self._note(MailKind.PAYMENT_LATE, refund.id, message, order, work)

    def _note(
        self, kind: MailKind, subject_id: UUID, message: Message, order: Order, work: UnitOfWork
    ) -> None:
        work.mails.add(
            Mail(
                id=MailId(self.ids.uuid()),
                kind=kind,
                to=order.buyer.email,
                subject_id=subject_id,
                name=order.buyer.name,
                organizer_name=None,
                role=None,
                created_at=message.occurred_at,
                expires_at=message.occurred_at + SENT_WITHIN,
            )
        )


def notifications_consumer(ids: Ids) -> Consumer:
    return Consumer(group=GROUP, types=TYPES, effect=NoteMails(ids))


async def _kind(message: Message, order: Order, work: UnitOfWork) -> MailKind | None:
    """Of what happened to the order itself; None where its buyer knows of it."""
    match message.type:
        case "order.confirmed":
            return MailKind.ORDER_CONFIRMED
        case "order.failed":
            return MailKind.ORDER_FAILED
        case "order.cancelled":
            ours = message.actor in (str(order.buyer_id), SYSTEM.id)
            return None if ours else MailKind.ORDER_CANCELLED
        case "order.expired":
            # Who pays offline may have sent the money; all others were asked for it and went away.
            latest = await work.payments.latest([order.id])
            offline = bool(latest) and latest[0].provider == OFFLINE
            return MailKind.ORDER_LAPSED if offline else None
    return None


async def _refund(message: Message, work: UnitOfWork) -> Refund:
    refund = await work.refunds.get(RefundId(UUID(str(message.payload["refund_id"]))))
    if refund is None:
        raise PaymentNotFound()
    return refund


def _texts(value: Plain) -> Sequence[str]:
    return [str(each) for each in value] if isinstance(value, Sequence) else []
