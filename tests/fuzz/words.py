"""Which texts in requests mean something, and new ones for those that only one thing may have."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

_REFERENCE = re.compile(r"(?:^|_)(?:id|token|key|code|email|slug)$")
_UNIQUE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+|[^@\s]+@[^@\s]+")


def is_reference(name: str) -> bool:
    """Whether a field of that name holds what was in an answer before."""
    return _REFERENCE.search(name) is not None


def own_reference(kind: str) -> str:
    """What the `id` of such a thing is called elsewhere: that of a TicketType is ticket_type_id."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower() + "_id"


def places(value: object) -> Iterator[tuple[dict[str, Any], str]]:
    """Every text in a JSON document: the object it is in, and its name there."""
    if isinstance(value, dict):
        for name, inside in value.items():
            if isinstance(inside, str):
                yield value, name
            yield from places(inside)
    elif isinstance(value, list):
        for each in value:
            yield from places(each)


class Fresh:
    """New words; `prefix` must be new for every run on one database."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._numbers = itertools.count(1)

    def key(self) -> str:
        """An idempotency key."""
        return f"key-{self._word()}-0123456789"

    def like(self, value: str) -> str | None:
        """Another slug or address than this one; None if it is neither."""
        if not _UNIQUE.fullmatch(value):
            return None
        local, at, domain = value.partition("@")
        return f"{local}-{self._word()}{at}{domain}"

    def _word(self) -> str:
        return f"{self._prefix}-{next(self._numbers)}"
