"""The fingerprint of a command: equal content has an equal one, through either face."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

from application.messages import Message


def fingerprint(operation: str, message: Message[object]) -> bytes:
    """SHA-256 over the operation's name and the canonical JSON of the message."""
    text = json.dumps(
        [operation, _canonical(message)], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(text.encode()).digest()


def _canonical(value: object) -> object:
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, (tuple, list)):
        return [_canonical(item) for item in value]
    if is_dataclass(value):
        return {field.name: _canonical(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"a message cannot carry {type(value).__name__}")


def _moment(value: datetime) -> str:
    try:
        return value.astimezone(UTC).isoformat()
    except OverflowError:  # at the ends of the calendar; whoever checks the field will refuse it
        return value.isoformat()
