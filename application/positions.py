"""Cursors of the log: opaque to clients, and only good for what they came from."""

import base64
import binascii
import json
from typing import Final

from shared.errors import FieldInvalid, Violation

_LONGEST: Final = 120
_LAST: Final = 2**63 - 1


def encode_position(of: str, position: int) -> str:
    text = json.dumps([of, position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_position(of: str, cursor: str | None, *, field: str = "after") -> int | None:
    """None where there is none. Raises FieldInvalid for anything we did not make for `of`."""
    if not cursor:
        return None
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("longer than any of ours")
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        name, position = json.loads(raw)
        if name != of or type(position) is not int or not 0 <= position <= _LAST:
            raise ValueError("of something else")
        return position
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        violation = Violation((field,), "is not a cursor of this")
        raise FieldInvalid(violations=[violation]) from error
