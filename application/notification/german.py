"""Letters to buyers in German."""

from collections.abc import Sequence
from typing import Final

from application.mail.letters import paragraphs, printable, quoted
from application.notification.story import MOST_CODES, OrderLetters, Story
from shared.money import Money

_DAYS: Final = "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag".split()
_MONTHS: Final = (
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
)


class GermanOrderLetters(OrderLetters):
    def order_confirmed(self, story: Story) -> tuple[str, str]:
        return f"Ihre Tickets, Bestellung {story.number}", paragraphs(
            _greeting(story),
            f"Ihre Bestellung {story.number} bei {quoted(story.organizer)} ist bestätigt:",
            _event(story),
            _bought(story),
            "Ihre Tickets. Zeigen Sie den Code von jedem am Einlass, und vorher niemandem:",
            *_codes(story),
            f"Ihre Bestellung: {story.link}",
            "Die Datei an diesem Brief trägt den Termin in Ihren Kalender ein.",
        )

    def order_cancelled(self, story: Story) -> tuple[str, str]:
        return f"Ihre Bestellung {story.number} wurde storniert", paragraphs(
            _greeting(story),
            f"{quoted(story.organizer)} hat Ihre Bestellung {story.number} storniert:",
            _event(story),
            "Es ist nichts zu bezahlen, und es gibt keine Tickets.",
        )

    def order_failed(self, story: Story) -> tuple[str, str]:
        return f"Ihre Bestellung {story.number} konnte nicht bezahlt werden", paragraphs(
            _greeting(story),
            f"die Zahlung für Ihre Bestellung {story.number} wurde erst zugesagt und dann "
            "abgelehnt:",
            _event(story),
            f"Die {_money(story.total)} wurden nicht eingezogen, und es gibt keine Tickets. "
            "Solange noch welche da sind, können Sie neu bestellen.",
        )

    def order_lapsed(self, story: Story) -> tuple[str, str]:
        return f"Ihre Bestellung {story.number} ist verfallen", paragraphs(
            _greeting(story),
            f"niemand hat uns rechtzeitig gemeldet, dass das Geld für Ihre Bestellung "
            f"{story.number} da ist:",
            _event(story),
            f"Die Bestellung ist verfallen. Bitte überweisen Sie die {_money(story.total)} nicht "
            f"mehr. Wenn sie schon unterwegs sind, wenden Sie sich an {quoted(story.organizer)}: "
            "dort kann man sie noch annehmen oder zurückschicken.",
        )

    def payment_late(self, story: Story, amount: Money) -> tuple[str, str]:
        return f"Ihre Zahlung für Bestellung {story.number} kam zu spät", paragraphs(
            _greeting(story),
            f"Ihre Zahlung für Bestellung {story.number} kam, als die Bestellung schon verfallen "
            "war:",
            _event(story),
            f"Dafür gibt es keine Tickets mehr, und die {_money(amount)} gehen dorthin zurück, "
            "woher sie kamen. Sie müssen nichts tun.",
        )

    def refund_completed(self, story: Story, amount: Money, void: int) -> tuple[str, str]:
        return f"Erstattung für Bestellung {story.number}", paragraphs(
            _greeting(story),
            f"{_money(amount)} Ihrer Bestellung {story.number} sind dorthin zurückgegangen, woher "
            "sie kamen. Bis Sie sie sehen, kann Ihre Bank einige Tage brauchen.",
            _event(story),
            _left(story, void),
        )

    def event_changed(self, story: Story) -> tuple[str, str]:
        return f"Neues zu Ihrer Bestellung {story.number}", paragraphs(
            _greeting(story),
            f"{quoted(story.organizer)} hat geändert, wofür Sie Tickets haben. Jetzt gilt:",
            _event(story),
            f"Ihre Tickets bleiben gültig. Ihre Bestellung: {story.link}",
            "Die Datei an diesem Brief bringt Ihren Kalender auf den neuen Stand.",
        )

    def event_cancelled(self, story: Story) -> tuple[str, str]:
        return f"Abgesagt: wofür Ihre Bestellung {story.number} ist", paragraphs(
            _greeting(story),
            f"{quoted(story.organizer)} hat die Veranstaltung Ihrer Bestellung {story.number} "
            "abgesagt:",
            _event(story),
            (
                "Was Sie bezahlt haben, geht dorthin zurück, woher es kam. Sie müssen nichts tun."
                if story.paid
                else "Es ist nichts mehr zu bezahlen."
            ),
            "Die Datei an diesem Brief nimmt den Termin aus Ihrem Kalender.",
        )


def _greeting(story: Story) -> str:
    shown = printable(story.buyer)
    return f"Guten Tag {shown}," if shown else "Guten Tag,"


def _event(story: Story) -> str:
    at = story.starts_at
    day = f"{_DAYS[at.weekday()]}, {at.day}. {_MONTHS[at.month - 1]} {at.year}"
    when = f"{day}, {at:%H:%M} Uhr ({story.timezone})"
    return "\n".join((quoted(story.event), when, *filter(None, [printable(story.venue)])))


def _bought(story: Story) -> str:
    lines = [
        f"{line.quantity} x {printable(line.name)}: {_money(line.total)}" for line in story.lines
    ]
    return "\n".join((*lines, f"Zusammen: {_money(story.total)}"))


def _codes(story: Story) -> Sequence[str]:
    listed = story.tickets[:MOST_CODES]
    more = len(story.tickets) - len(listed)
    codes = "\n".join(f"{ticket.code}  {printable(ticket.name)}" for ticket in listed)
    return (codes, f"{more} weitere sind bei Ihrer Bestellung.") if more else (codes,)


def _left(story: Story, void: int) -> str:
    good = len(story.tickets)
    if not good:
        return "Kein Ticket dieser Bestellung gilt mehr."
    said = f"Tickets, die nicht mehr gelten: {void}. " if void else ""
    return f"{said}Gültige Tickets dieser Bestellung: {good}."


def _money(amount: Money) -> str:
    return str(amount).replace(".", ",")
