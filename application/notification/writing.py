"""Makes the letter of a mail about an order, from how things are when it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from application.mail.letters import printable
from application.notification.story import OrderLetters, Story, StoryLine, StoryTicket
from application.payment.refunding import refunded_tickets
from application.ports.calendars import CalendarEntry, CalendarMethod, Calendars
from application.ports.mail import Attachment, Letter
from application.ports.mail_queue import WITH_TICKETS, Mail, MailKind
from application.ports.unit_of_work import UnitOfWork
from domain.event.event import Event, EventState
from domain.order.order import PAID, Order, OrderState
from domain.order.refund import Refund
from domain.ticket.ticket import Ticket, TicketState
from shared.ids import OrderId, RefundId

ABOUT_REFUNDS: Final = frozenset({MailKind.PAYMENT_LATE, MailKind.REFUND_COMPLETED})
ABOUT_ORDERS: Final = ABOUT_REFUNDS | {
    MailKind.ORDER_CONFIRMED,
    MailKind.ORDER_CANCELLED,
    MailKind.ORDER_FAILED,
    MailKind.ORDER_LAPSED,
    MailKind.EVENT_CHANGED,
    MailKind.EVENT_CANCELLED,
}
_METHODS: Final[Mapping[MailKind, CalendarMethod]] = {
    MailKind.ORDER_CONFIRMED: CalendarMethod.PUBLISH,
    MailKind.EVENT_CHANGED: CalendarMethod.PUBLISH,
    MailKind.EVENT_CANCELLED: CalendarMethod.CANCEL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    order: Order
    event: Event
    organizer_name: str
    tickets: tuple[Ticket, ...]
    """Those that are good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLetterWriter:
    letters: OrderLetters
    calendars: Calendars
    link_base: str

    async def letter(self, mail: Mail, work: UnitOfWork) -> Letter | None:
        """None where nobody is to be written to any more: what was to be told is no longer so.

        `mail` is one of `ABOUT_ORDERS`.
        """
        refund = None
        if mail.kind in ABOUT_REFUNDS:
            refund = await work.refunds.get(RefundId(_subject_id(mail)))
            order = await work.orders.get(refund.order_id) if refund else None
        else:
            order = await work.orders.get(OrderId(_subject_id(mail)))
        subject = await _load(order, work)
        if not _is_still_so(mail.kind, subject):
            return None
        title, text = await self._said(mail.kind, subject, refund, work)
        return Letter(
            message_id=str(mail.id),
            to=mail.to,
            subject=title,
            text=text,
            attachments=self._files(mail, subject),
        )

    async def _said(
        self, kind: MailKind, subject: _Subject, refund: Refund | None, work: UnitOfWork
    ) -> tuple[str, str]:
        story, say = self._story(subject), self.letters
        match kind:
            case MailKind.ORDER_CONFIRMED:
                return say.order_confirmed(story)
            case MailKind.ORDER_CANCELLED:
                return say.order_cancelled(story)
            case MailKind.ORDER_FAILED:
                return say.order_failed(story)
            case MailKind.ORDER_LAPSED:
                return say.order_lapsed(story)
            case MailKind.EVENT_CHANGED:
                return say.event_changed(story)
            case MailKind.EVENT_CANCELLED:
                return say.event_cancelled(story)
            case MailKind.PAYMENT_LATE if refund is not None:
                return say.payment_late(story, refund.amount)
            case MailKind.REFUND_COMPLETED if refund is not None:
                void = await refunded_tickets(work, refund)
                return say.refund_completed(story, refund.amount, len(void))
        raise RuntimeError(f"a mail {kind.name} is not about an order")

    def _story(self, subject: _Subject) -> Story:
        order, event = subject.order, subject.event
        names = {each.id: each.name for each in event.ticket_types}
        return Story(
            buyer=order.buyer.name,
            number=order.number,
            event=event.details.name,
            organizer=subject.organizer_name,
            venue=event.details.venue,
            starts_at=event.details.starts_at.astimezone(ZoneInfo(event.details.timezone)),
            timezone=event.details.timezone,
            lines=[
                StoryLine(name=names[line.ticket_type_id], quantity=line.quantity, total=line.total)
                for line in order.lines
            ],
            total=order.total,
            paid=not order.is_free and order.state in PAID | {OrderState.COMMITTING},
            tickets=[
                StoryTicket(name=names[ticket.ticket_type_id], code=ticket.code)
                for ticket in subject.tickets
            ],
            link=self._link(order),
        )

    def _link(self, order: Order) -> str:
        return f"{self.link_base.rstrip('/')}/orders/{order.id}"

    def _files(self, mail: Mail, subject: _Subject) -> tuple[Attachment, ...]:
        method = _METHODS.get(mail.kind)
        if method is None:
            return ()
        order, event = subject.order, subject.event
        entry = CalendarEntry(
            method=method,
            uid=f"{order.id}.{event.id}@holdfast",
            sequence=event.version,  # each change of the event is newer than what was said before
            said_at=mail.created_at,
            starts_at=event.details.starts_at,
            ends_at=event.details.ends_at,
            summary=printable(event.details.name),
            location=printable(event.details.venue),
            description=order.number,
            url=self._link(order),
        )
        file = Attachment(
            name="event.ics",
            kind="text/calendar",
            content=self.calendars.file(entry),
            parameters={"method": method.value, "charset": "utf-8"},
        )
        return (file,)


def _subject_id(mail: Mail) -> OrderId | RefundId:
    if mail.subject_id is None:
        raise RuntimeError(f"mail {mail.id} says nothing about its subject")
    return OrderId(mail.subject_id)


async def _load(order: Order | None, work: UnitOfWork) -> _Subject:
    event = await work.events.get(order.event_id) if order else None
    organizer = await work.organizers.get(order.organizer_id) if order else None
    if order is None or event is None or organizer is None:
        raise RuntimeError("a mail is about an order that is not there")
    tickets = await work.tickets.of_order(order.id)
    good = (TicketState.ISSUED, TicketState.CHECKED_IN)
    return _Subject(
        order=order,
        event=event,
        organizer_name=organizer.name,
        tickets=tuple(each for each in tickets if each.state in good),
    )


def _is_still_so(kind: MailKind, subject: _Subject) -> bool:
    order, cancelled = subject.order, subject.event.state is EventState.CANCELLED
    match kind:
        case MailKind.ORDER_CONFIRMED:
            return bool(subject.tickets) and not cancelled
        case MailKind.EVENT_CHANGED:
            return order.state in WITH_TICKETS and not cancelled
        case MailKind.ORDER_LAPSED:
            return order.state is OrderState.EXPIRED
        case _:
            return True
