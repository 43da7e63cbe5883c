"""The letters we write about accounts: subject and text. They hold secrets: log neither.

Names were chosen by somebody, perhaps to deceive the reader. They stand in the text only, never in
a subject; on one line, cut short, those of strangers in quotes, and written so that no mail program
makes a link of them.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol
from urllib.parse import quote

LONGEST_NAME: Final = 100  # characters

_DOTS: Final = ".\u2024\u3002\uff0e\uff61"  # what browsers take for a dot in an address
_COLONS: Final = ":\ufe55\uff1a"
_LINKING: Final = re.compile(rf"([{_DOTS}{_COLONS}])(?=\S)")
_QUOTES: Final = re.compile('["\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02]')
_UNITS: Final = (86_400, 3_600, 60, 1)  # seconds of a day, an hour, a minute, a second


class AccountLetters(Protocol):
    """In one language."""

    def verify_email(
        self, name: str, *, link_base: str, token: str, expires_in: timedelta
    ) -> tuple[str, str]:
        """To somebody who registered: prove that the address is yours."""
        ...

    def reset_password(
        self, name: str, *, link_base: str, token: str, expires_in: timedelta
    ) -> tuple[str, str]:
        """To somebody who forgot the password, or to whom somebody plays a trick."""
        ...

    def password_changed(self, name: str) -> tuple[str, str]:
        """Afterwards; without a link, so that nobody learns to follow those of such letters."""
        ...

    def invitation(
        self,
        *,
        organizer_name: str,
        inviter_name: str,
        role: str,
        link_base: str,
        token: str,
        expires_in: timedelta,
    ) -> tuple[str, str]:
        """To somebody who is to join an organizer, with or without an account."""
        ...


def printable(name: str) -> str:
    """A name on one line, at most 100 characters, that is no link and ends no quotation."""
    kept = "".join(map(_kept, name))
    parted = _LINKING.sub(r"\1 ", _QUOTES.sub("'", kept))
    text = " ".join(parted.split())
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1].rstrip()}…"


def quoted(name: str) -> str:
    return f'"{printable(name)}"'


def _kept(char: str) -> str:
    """Invisible characters vanish, so that they hide nothing; other control characters and line
    breaks are spaces."""
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return " " if category in ("Cc", "Cs", "Zl", "Zp") else char


def link(link_base: str, page: str, token: str) -> str:
    return f"{link_base.rstrip('/')}/{page}?token={quote(token, safe='')}"


def span(time: timedelta, units: Sequence[tuple[str, str]]) -> str:
    """Rounded down, in the largest unit of which there are at least two. `units` names a day, an
    hour, a minute and a second: one of them, and several."""
    seconds = max(int(time.total_seconds()), 1)
    fitting = [each for each in zip(_UNITS, units, strict=True) if seconds >= 2 * each[0]]
    size, (one, several) = fitting[0] if fitting else (_UNITS[-1], units[-1])
    count = seconds // size
    return f"{count} {one if count == 1 else several}"


def paragraphs(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"
