"""Entity tags: the version of an event, in quotes; of figures, a digest."""

import re
from typing import Annotated

from fastapi import Header

from api.shape import Parsed, wrong

NEVER = 0
"""Versions count from 1: a condition on this one always fails."""

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_OURS = re.compile(r'"([1-9][0-9]{0,17})"')


def _expected(value: object) -> int | None:
    """None for `*`: any version. A weak tag, or one we never gave, matches none (RFC 9110)."""
    text = str(value).strip()
    if text == "*":
        return None
    if not _TAG.fullmatch(text):
        raise wrong('must be one entity tag, e.g. "3", or *')
    found = _OURS.fullmatch(text)
    return int(found[1]) if found else NEVER


IfMatch = Annotated[
    int | None,
    Parsed(_expected, {"type": "string", "examples": ['"3"']}),
    Header(
        alias="If-Match",
        description="Change the event only if this is still its `ETag`; otherwise 412.",
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(
        alias="If-None-Match",
        description="Answer 304 without a body if what is asked for still has this `ETag`.",
    ),
]


def is_known(header: str | None, tag: object) -> bool:
    """Whether If-None-Match names this tag, which is given without quotes; compared weakly
    (RFC 9110, 13.1.2)."""
    if header is None:
        return False
    return header.strip() == "*" or f'"{tag}"' in _TAG.findall(header.replace("W/", ""))
