"""Calendar files by RFC 5545: moments in UTC, which every calendar shows in its own zone."""

import unicodedata
from datetime import UTC
from email.utils import parseaddr
from typing import Final

from application.ports.calendars import CalendarEntry, CalendarMethod, Calendars

_MAKER: Final = "-//Holdfast//Tickets//EN"
_STATES: Final = {CalendarMethod.PUBLISH: "CONFIRMED", CalendarMethod.CANCEL: "CANCELLED"}


class IcsCalendars(Calendars):
    """`sender` of letters, `address` or `Name <address>`, is who announces the dates: a calendar
    obeys later news of the same one alone."""

    def __init__(self, *, sender: str) -> None:
        self._organizer = f"mailto:{parseaddr(sender)[1]}"

    def file(self, entry: CalendarEntry) -> bytes:
        from icalendar import Calendar, Event, vCalAddress  # large: for those who write letters

        event = Event()
        event.add("uid", entry.uid)
        event.add("sequence", entry.sequence)
        event.add("dtstamp", entry.said_at.astimezone(UTC))
        event.add("dtstart", entry.starts_at.astimezone(UTC))
        event.add("dtend", entry.ends_at.astimezone(UTC))
        event.add("summary", _clean(entry.summary))
        event.add("location", _clean(entry.location))
        event.add("description", _clean(entry.description))
        event.add("url", entry.url)
        event.add("organizer", vCalAddress(self._organizer))
        event.add("status", _STATES[entry.method])
        calendar = Calendar()
        calendar.add("prodid", _MAKER)
        calendar.add("version", "2.0")
        calendar.add("method", entry.method.value)
        calendar.add_component(event)
        return bytes(calendar.to_ical())


def _clean(text: str) -> str:
    """Without what no text of a calendar may have (RFC 5545, 3.1)."""
    return "".join(
        " " if unicodedata.category(char) in ("Cc", "Cs") and char not in "\t\n" else char
        for char in text.replace("\r\n", "\n").replace("\r", "\n")
    )
