"""The line of a request, written without the long way that every other line takes.

It is the same line: tests/core/test_access_log.py compares both. It can be short because all of it
is known beforehand: the texts are a route of ours, ids, and a request id, which is the only one
that a stranger may have chosen.
"""

import logging
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, TextIO

import msgspec
import structlog

from api.middleware.access import AccessLine, logged_line
from core.logging import Format, Level, is_json, standard_stream
from core.redaction import scrub

_OURS: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A request id that can be no secret."""


def access_line(level: Level, format: Format, stream: TextIO | None = None) -> AccessLine:
    """For lines in JSON the short way, else the one of every line."""
    stream = standard_stream(stream)
    if not is_json(format, stream) or logging.getLevelNamesMapping()[level] > logging.INFO:
        return logged_line()
    write = structlog.WriteLogger(stream).msg
    encode = msgspec.json.Encoder().encode
    scrubbed = lru_cache(maxsize=4096)(scrub)

    def line(
        method: str,
        path: str | None,
        route: str | None,
        status: int,
        ms: float,
        size: int,
        request_id: str,
    ) -> None:
        said = {
            "method": scrubbed(method),
            "path": None if path is None else scrubbed(path),
            "route": None if route is None else scrubbed(route),
            "status": status,
            "ms": ms,
            "bytes": size,
            "event": "request",
            "request_id": request_id if _OURS.fullmatch(request_id) else scrub(request_id),
            "level": "info",
            "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        }
        write(encode(said).decode())

    return line
