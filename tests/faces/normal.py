"""Answers in one writing: moments are moments, whatever their number of digits."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from tests.faces.outcome import Plain

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def normal(value: Plain | Mapping[str, Plain]) -> Plain:
    """Every RFC 3339 time in UTC with microseconds, which is what both faces carry."""
    if isinstance(value, Mapping):
        return {name: normal(item) for name, item in value.items()}
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, str) and _TIME.fullmatch(value):
        return datetime.fromisoformat(value).astimezone(UTC).isoformat(timespec="microseconds")
    return value
