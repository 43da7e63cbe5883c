"""The fingerprint of a command: equal content has an equal one, through either face."""

import hashlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from json.encoder import encode_basestring as quoted
from typing import Any, TypeAlias
from uuid import UUID

from application.messages import Message

_Writer: TypeAlias = Callable[[Any], str]


def fingerprint(operation: str, message: Message[object]) -> bytes:
    """SHA-256 over the operation's name and the canonical JSON of the message: members sorted by
    name, no space, nothing escaped that need not be."""
    return hashlib.sha256(f"[{quoted(operation)},{_json(message)}]".encode()).digest()


def _json(value: object) -> str:
    return _writer(type(value))(value)  # type: ignore[arg-type]  # it thinks classes have no hash


@cache
def _writer(kind: type) -> _Writer:
    """How values of this type are written, found out once: this happens to every command."""
    if kind is type(None):
        return lambda _: "null"
    if issubclass(kind, bool):
        return lambda value: "true" if value else "false"
    if issubclass(kind, str):
        return quoted
    if issubclass(kind, int):
        return int.__repr__
    if issubclass(kind, Enum):
        return lambda value: quoted(str(value.value))
    if issubclass(kind, UUID):
        return lambda value: f'"{value}"'
    if issubclass(kind, datetime):
        return lambda value: quoted(_moment(value))
    if issubclass(kind, (tuple, list)):
        return lambda value: f"[{','.join(map(_json, value))}]"
    if is_dataclass(kind):
        return _members(sorted(field.name for field in fields(kind)))
    raise TypeError(f"a message cannot carry {kind.__name__}")


def _members(names: list[str]) -> _Writer:
    beginnings = [(f"{quoted(name)}:", name) for name in names]

    def write(value: object) -> str:
        members = [beginning + _json(getattr(value, name)) for beginning, name in beginnings]
        return f"{{{','.join(members)}}}"

    return write


def _moment(value: datetime) -> str:
    try:
        return value.astimezone(UTC).isoformat()
    except OverflowError:  # at the ends of the calendar; whoever checks the field will refuse it
        return value.isoformat()
