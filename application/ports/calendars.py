"""Files that put a date into somebody's calendar, move it there, or take it out."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol


class CalendarMethod(Enum):
    PUBLISH = "PUBLISH"
    """Put it in, or bring what is there up to date."""
    CANCEL = "CANCEL"
    """It does not take place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One date. By `uid` a calendar knows it again; what has a higher `sequence` is newer.

    `said_at` is when it was said, `description` a few words, `url` where there is more.
    """

    method: CalendarMethod
    uid: str
    sequence: int
    said_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    description: str
    url: str


class Calendars(Protocol):
    def file(self, entry: CalendarEntry) -> bytes:
        """A calendar of this one entry, by RFC 5545 and, for its method, RFC 5546. The same entry
        makes the same file. Texts are texts: nothing in them becomes a property."""
        ...
