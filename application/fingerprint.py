"""The fingerprint of a command: equal content has an equal one, through either face."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from uuid import UUID

from application.messages import Message

_written = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def fingerprint(operation: str, message: Message[object]) -> bytes:
    """SHA-256 over the operation's name and the canonical JSON of the message."""
    text = _written([operation, _canonical(message)])
    return hashlib.sha256(text.encode()).digest()


def _canonical(value: object) -> object:
    if value is None or isinstance(value, (str, int)):
        return value
    names = _names(type(value))  # type: ignore[arg-type]  # it thinks classes have no hash
    if names is not None:
        return {name: _canonical(getattr(value, name)) for name in names}
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, (tuple, list)):
        return [_canonical(item) for item in value]
    raise TypeError(f"a message cannot carry {type(value).__name__}")


@cache
def _names(kind: type) -> tuple[str, ...] | None:
    """Of the fields of a dataclass."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None


def _moment(value: datetime) -> str:
    try:
        return value.astimezone(UTC).isoformat()
    except OverflowError:  # at the ends of the calendar; whoever checks the field will refuse it
        return value.isoformat()
