"""Reads the fields of a request and collects everything that is wrong with their shape."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from typing import TypeVar
from uuid import UUID

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from shared.checks import NOT_A_TIME, NOT_A_UUID, REQUIRED, Checks, one_of

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NO_UUID = UUID(int=0)
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799
"""Years 1 to 9999: what a Timestamp may hold by its own definition."""


class Shape:
    """One message of a request. Each method reads a field by its name.

    After a violation a placeholder is answered, so that reading goes on; what was built is only
    good once `done` has passed it. An `each` or `below` belongs to the same collection.
    """

    def __init__(self, message: Message, checks: Checks | None = None) -> None:
        self._message = message
        self._checks = checks or Checks()

    def done(self, value: T) -> T:
        """`value`, if nothing was wrong. Raises FieldInvalid with all violations."""
        self._checks.done()
        return value

    def uuid(self, name: str) -> UUID:
        text = self.maybe_text(name)
        return self._missing(name, _NO_UUID) if text is None else self._uuid(name, text)

    def maybe_uuid(self, name: str) -> UUID | None:
        text = self.maybe_text(name)
        return None if text is None else self._uuid(name, text)

    def text(self, name: str) -> str:
        text = self.maybe_text(name)
        return self._missing(name, "") if text is None else text

    def maybe_text(self, name: str) -> str | None:
        return str(getattr(self._message, name)) if self._present(name) else None

    def integer(self, name: str) -> int:
        number = self.maybe_integer(name)
        return self._missing(name, 0) if number is None else number

    def maybe_integer(self, name: str) -> int | None:
        return int(getattr(self._message, name)) if self._present(name) else None

    def flag(self, name: str) -> bool:
        """Must be said: that it is false, too."""
        said = self.maybe_flag(name)
        return self._missing(name, False) if said is None else said

    def maybe_flag(self, name: str) -> bool | None:
        return bool(getattr(self._message, name)) if self._present(name) else None

    def time(self, name: str) -> datetime:
        moment = self.maybe_time(name)
        return self._missing(name, _NO_TIME) if moment is None else moment

    def maybe_time(self, name: str) -> datetime | None:
        """Finer than a microsecond is cut off."""
        if not self._present(name):
            return None
        value: Timestamp = getattr(self._message, name)
        if not (_FIRST_SECOND <= value.seconds <= _LAST_SECOND and 0 <= value.nanos < 10**9):
            self._checks.fail(name, NOT_A_TIME)
            return _NO_TIME
        return value.ToDatetime(tzinfo=UTC)

    def choice(self, name: str, choices: type[E]) -> E:
        placeholder = next(iter(choices))
        if not self._present(name):
            return self._missing(name, placeholder)
        return self.maybe_choice(name, choices) or placeholder

    def maybe_choice(self, name: str, choices: type[E]) -> E | None:
        text = self.maybe_text(name)
        if text is None:
            return None
        for choice in choices:
            if choice.value == text:
                return choice
        return self._failed(name, one_of(str(choice.value) for choice in choices), None)

    def fail(self, name: str, message: str) -> None:
        self._checks.fail(name, message)

    def below(self, name: str) -> "Shape | None":
        """The message in a field; None, and a violation, if there is none."""
        return self.maybe_below(name) or self._missing(name, None)

    def maybe_below(self, name: str) -> "Shape | None":
        if not self._present(name):
            return None
        return Shape(getattr(self._message, name), self._checks.at(name))

    def each(self, name: str) -> Iterator["Shape"]:
        """The messages of a repeated field."""
        for position, message in enumerate(getattr(self._message, name)):
            yield Shape(message, self._checks.at(name, position))

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(getattr(self._message, name))

    def uuids(self, name: str) -> tuple[UUID, ...]:
        below = self._checks.at(name)
        return tuple(
            UUID(text) if _UUID.fullmatch(text) else _failed(below, at, NOT_A_UUID, _NO_UUID)
            for at, text in enumerate(self.texts(name))
        )

    def _present(self, name: str) -> bool:
        """A field without presence is there if it is not empty."""
        if self._message.DESCRIPTOR.fields_by_name[name].has_presence:
            return self._message.HasField(name)
        return bool(getattr(self._message, name))

    def _uuid(self, name: str, text: str) -> UUID:
        return UUID(text) if _UUID.fullmatch(text) else self._failed(name, NOT_A_UUID, _NO_UUID)

    def _missing(self, name: str, placeholder: T) -> T:
        return self._failed(name, REQUIRED, placeholder)

    def _failed(self, name: str, message: str, placeholder: T) -> T:
        return _failed(self._checks, name, message, placeholder)


def _failed(checks: Checks, field: str | int, message: str, placeholder: T) -> T:
    checks.fail(field, message)
    return placeholder
