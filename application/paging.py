"""Page tokens: opaque to clients, and only good for the list they came from."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from application.views.page import Page
from shared.errors import FieldInvalid, Violation

A = TypeVar("A")
V = TypeVar("V")

DEFAULT_PAGE_SIZE, LARGEST_PAGE = 20, 100
_LONGEST = 200
"""Characters of a token; ours have about 100."""


def page_limit(page_size: int | None) -> int:
    """How many items a page has; None and 0 mean the default. Raises FieldInvalid."""
    if not page_size:
        return DEFAULT_PAGE_SIZE
    if not 1 <= page_size <= LARGEST_PAGE:
        raise FieldInvalid(
            violations=[Violation(("page_size",), f"must be from 1 to {LARGEST_PAGE}")]
        )
    return page_size


def page_of(
    list_name: str,
    found: Sequence[A],
    limit: int,
    *,
    place: Callable[[A], tuple[datetime, UUID]],
    show: Callable[[A], V],
) -> Page[V]:
    """The first `limit` of what was found; there is a further page if one more was. `place` is
    where the next page goes on behind."""
    shown = found[:limit]
    more = len(found) > limit
    return Page(
        items=tuple(map(show, shown)),
        next_page_token=encode_cursor(list_name, *place(shown[-1])) if more else "",
    )


def encode_cursor(list_name: str, moment: datetime, id: UUID) -> str:
    text = json.dumps([list_name, moment.isoformat(), str(id)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(list_name: str, token: str | None) -> tuple[datetime, UUID] | None:
    """None for the first page. Raises FieldInvalid for anything we did not make for that list."""
    if not token:
        return None
    try:
        if len(token) > _LONGEST:
            raise ValueError("longer than any of ours")
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        name, moment, id = json.loads(raw)
        if name != list_name:
            raise ValueError("of another list")
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise ValueError("no offset")
        return at.astimezone(UTC), UUID(id)
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error) as error:
        violation = Violation(("page_token",), "is not a token of this list")
        raise FieldInvalid(violations=[violation]) from error
