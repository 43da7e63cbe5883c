"""The letters we write: subject and text. They hold secrets: log neither.

Names were chosen by somebody, perhaps to deceive the reader. They stand in the text only, never in
a subject; on one line, cut short, those of strangers in quotes, and written so that no mail program
makes a link of them.
"""

import re
import unicodedata
from datetime import timedelta
from typing import Final
from urllib.parse import quote

LONGEST_NAME: Final = 100  # characters

_DOTS: Final = ".\u2024\u3002\uff0e\uff61"  # what browsers take for a dot in an address
_COLONS: Final = ":\ufe55\uff1a"
_LINKING: Final = re.compile(rf"([{_DOTS}{_COLONS}])(?=\S)")
_QUOTES: Final = re.compile('["\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02]')
_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def verify_email(
    name: str, *, link_base: str, token: str, expires_in: timedelta
) -> tuple[str, str]:
    """To somebody who registered: prove that the address is yours."""
    return "Confirm your e-mail address", _paragraphs(
        _greeting(name),
        "an account was opened with this e-mail address. To confirm that it is yours, open",
        *_way(link_base, "verify-email", token, expires_in),
        "If it was not you, ignore this letter: without your doing the address stays unconfirmed.",
    )


def reset_password(
    name: str, *, link_base: str, token: str, expires_in: timedelta
) -> tuple[str, str]:
    """To somebody who forgot the password, or to whom somebody plays a trick."""
    return "Choose a new password", _paragraphs(
        _greeting(name),
        "a new password was asked for. To choose one, open",
        *_way(link_base, "reset-password", token, expires_in),
        "If it was not you, ignore this letter: your password stays as it is.",
    )


def password_changed(name: str) -> tuple[str, str]:
    """Afterwards; without a link, so that nobody learns to follow those of such letters."""
    return "Your password was changed", _paragraphs(
        _greeting(name),
        "the password of your account was changed. If it was you, there is nothing to do.",
        "If it was not you, somebody else has your account: ask for a new password at once.",
    )


def invitation(
    *,
    organizer_name: str,
    inviter_name: str,
    role: str,
    link_base: str,
    token: str,
    expires_in: timedelta,
) -> tuple[str, str]:
    """To somebody who is to join an organizer, with or without an account."""
    return "You are invited to join an organizer", _paragraphs(
        "Hello,",
        f"{quoted(inviter_name)} invites you to join the organizer {quoted(organizer_name)} "
        f"as {printable(role)}. To accept, open",
        *_way(link_base, "accept-invitation", token, expires_in),
        "If you do not know them, ignore this letter: nobody joins without accepting.",
    )


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


def _greeting(name: str) -> str:
    shown = printable(name)
    return f"Hello {shown}," if shown else "Hello,"


def _way(link_base: str, page: str, token: str, expires_in: timedelta) -> tuple[str, ...]:
    link = f"{link_base.rstrip('/')}/{page}?token={quote(token, safe='')}"
    return (
        link,
        "or use this token with the API:",
        token,
        f"Both work once, and for {_span(expires_in)}. Show them to nobody.",
    )


def _span(time: timedelta) -> str:
    """Rounded down, in the largest unit of which there are at least two."""
    seconds = max(int(time.total_seconds()), 1)
    unit, size = next(((unit, size) for unit, size in _UNITS if seconds >= 2 * size), _UNITS[-1])
    count = seconds // size
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"
