"""Keeping secrets out of the log: by the name of a field, and by what a text looks like."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final
from uuid import UUID

from structlog.typing import EventDict, WrappedLogger

REDACTED: Final = "[redacted]"
_MAX_DEPTH: Final = 8
_MAX_INT: Final = 2**63

_WORDS: Final = (
    r"(?:password|passwd|secret|(?<!page_)token|authorization|cookie|signature|credentials?"
    r"|(?:api|secret|private|signing)_?key|ticket_code)(?:_(?:previous|hash))?"
)
_SECRET_NAME: Final = re.compile(rf"(?:^|_){_WORDS}$")
# Cheap to look for; only a text that has one of these is looked at closely.
_HINT: Final = re.compile(
    r"eyJ|bearer|basic|://|_live_|_test_|hf[rvpi]_|argon2|whsec_|PRIVATE|passw|secret|token|auth|"
    r"cookie|key|signature|credential|ticket_code",
    re.IGNORECASE,
)
_PATTERNS: Final = (
    # A private key in PEM.
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|$)", re.S),
        REDACTED,
    ),
    # postgresql://user:password@host; a password may hold an @ itself.
    (re.compile(r"([a-z][a-z0-9+.-]*://)[^\s/@:]*:\S*@", re.I), rf"\1{REDACTED}@"),
    # A JSON web token.
    (re.compile(r"eyJ[\w-]{4,}\.[\w-]+\.[\w-]*"), REDACTED),
    # An Authorization header's value.
    (re.compile(r"\b(bearer)\s+[^\s'\",;]+", re.I), rf"\1 {REDACTED}"),
    (re.compile(r"\b(basic)\s+[a-z0-9+/]{8,}={0,2}(?!\w)", re.I), rf"\1 {REDACTED}"),
    # Our API keys and sealed texts; even stuck to other words, for they are long and ours.
    (re.compile(r"hf(?:[rvpi]|_live|_test)_[\w-]{8,}"), REDACTED),
    # A hash of a password.
    (re.compile(r"\$argon2[a-z]*\$[^\s'\";]*", re.I), REDACTED),
    # Shortened ones, and the keys of payment providers.
    (re.compile(r"\b(?:[a-z]{2}_(?:live|test)|whsec)_[\w-]+", re.I), REDACTED),
    # password=…, "password": "…", 'password': '…'
    (
        re.compile(
            rf"""((?<![a-z0-9])(?:\w*[_-])?{_WORDS}=|["'](?:\w*[_-])?{_WORDS}["']:\s*)"""
            r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s&,;)\]}"']+)""",
            re.I,
        ),
        rf"\1{REDACTED}",
    ),
)


def redact(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A structlog processor: the event as plain values, without secrets.

    Put it after whatever turns exceptions into text, so that tracebacks are covered.
    """
    return {name: _member(name, value, 0) for name, value in event.items()}


def scrub(text: str) -> str:
    """``text`` with everything in it that looks like a secret replaced."""
    if _HINT.search(text) is not None:
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
    return text


def _member(name: object, value: object, depth: int) -> object:
    if value is not None and _is_secret(str(name)):
        return REDACTED
    return _plain(value, depth)


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name.lower().replace("-", "_")) is not None


def _plain(value: object, depth: int) -> object:
    """``value`` in the types that both renderers write as they are; all else as its repr.

    A dataclass or a struct would be written with all its fields, whatever they are called.
    """
    match value:
        case str():
            return scrub(value)
        case None | bool() | float() | UUID() | date():
            return value
        case int():
            return value if -_MAX_INT <= value < _MAX_INT else str(value)
        case bytes() | bytearray() | memoryview():
            return f"<{len(value)} bytes>"
        case _ if depth >= _MAX_DEPTH:
            return "…"
        case Mapping():
            return {str(name): _member(name, part, depth + 1) for name, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(part, depth + 1) for part in value]
        case _:
            return scrub(repr(value))
