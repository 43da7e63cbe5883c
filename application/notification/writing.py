"""Makes the letter of a mail to a buyer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from application.mail.letters import printable
from application.notification.story import OrderLetters, Story, StoryLine, StoryTicket
from application.notification.subject import Subject
from application.ports.calendars import CalendarEntry, CalendarMethod, Calendars
from application.ports.mail import Attachment, Letter
from application.ports.mail_queue import WITH_TICKETS, Mail, MailKind
from domain.event.event import EventState
from domain.order.order import PAID, Order, OrderState

_METHODS: Final[Mapping[MailKind, CalendarMethod]] = {
    MailKind.ORDER_CONFIRMED: CalendarMethod.PUBLISH,
    MailKind.EVENT_CHANGED: CalendarMethod.PUBLISH,
    MailKind.EVENT_CANCELLED: CalendarMethod.CANCEL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLetterWriter:
    """`link_base` is what links to orders start with."""

    letters: OrderLetters
    calendars: Calendars
    link_base: str

    def letter(self, mail: Mail, subject: Subject) -> Letter | None:
        """None where what was to be told is no longer so."""
        if not _is_still_so(mail.kind, subject):
            return None
        title, text = self._said(mail.kind, subject)
        return Letter(
            message_id=str(mail.id),
            to=mail.to,
            subject=title,
            text=text,
            attachments=self._files(mail, subject),
        )

    def _said(self, kind: MailKind, subject: Subject) -> tuple[str, str]:
        story, refund, say = self._story(subject), subject.refund, self.letters
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
                return say.refund_completed(story, refund.amount, subject.void)
        raise RuntimeError(f"a mail {kind.name} is not about an order")

    def _story(self, subject: Subject) -> Story:
        order, details = subject.order, subject.event.details
        names = {each.id: each.name for each in subject.event.ticket_types}
        return Story(
            buyer=order.buyer.name,
            number=order.number,
            event=details.name,
            organizer=subject.organizer_name,
            venue=details.venue,
            starts_at=details.starts_at.astimezone(ZoneInfo(details.timezone)),
            timezone=details.timezone,
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

    def _files(self, mail: Mail, subject: Subject) -> tuple[Attachment, ...]:
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


def _is_still_so(kind: MailKind, subject: Subject) -> bool:
    order, cancelled = subject.order, subject.event.state is EventState.CANCELLED
    match kind:
        case MailKind.ORDER_CONFIRMED:
            return bool(subject.tickets) and not cancelled
        case MailKind.EVENT_CHANGED:
            return order.state in WITH_TICKETS and not cancelled
        case MailKind.ORDER_LAPSED:
            return order.state is OrderState.EXPIRED and not cancelled
        case _:
            return True
