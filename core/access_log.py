"""The line of a request or call, written without the long way that every other line takes.

It is the same line: tests/core/test_access_log.py compares both. It can be short because all of it
is known beforehand: the texts are a route of ours, ids, and a request id, which is the only one
that a stranger may have chosen.
"""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, TextIO

import msgspec
import structlog

from api.middleware.access import AccessLine, logged_line
from core.logging import Format, Level, is_json, standard_stream
from core.redaction import scrub
from grpc_app.access import CallLine

_OURS: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A request id that can be no secret."""


def access_line(level: Level, format: Format, stream: TextIO | None = None) -> AccessLine:
    """For lines in JSON the short way, else the one of every line."""
    written = _short_way(level, format, stream)
    if written is None:
        return logged_line()
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
        written(
            {
                "method": scrubbed(method),
                "path": None if path is None else scrubbed(path),
                "route": None if route is None else scrubbed(route),
                "status": status,
                "ms": ms,
                "bytes": size,
                "event": "request",
                "request_id": _shown(request_id),
            }
        )

    return line


def call_line(level: Level, format: Format, stream: TextIO | None = None) -> CallLine | None:
    """The same for calls of the gRPC face; None where the short way is not to be taken."""
    written = _short_way(level, format, stream)
    if written is None:
        return None
    scrubbed = lru_cache(maxsize=4096)(scrub)

    def line(
        method: str, code: str, reason: str | None, ms: float, peer: str, request_id: str
    ) -> None:
        written(
            {
                "face": "grpc",
                "method": scrubbed(method),
                "code": code,
                "reason": reason,
                "ms": ms,
                "peer": scrubbed(peer),
                "request_id": _shown(request_id),
                "event": "request",
            }
        )

    return line


def _short_way(
    level: Level, format: Format, stream: TextIO | None
) -> Callable[[dict[str, object]], None] | None:
    stream = standard_stream(stream)
    if not is_json(format, stream) or logging.getLevelNamesMapping()[level] > logging.INFO:
        return None
    write = structlog.WriteLogger(stream).msg
    encode = msgspec.json.Encoder().encode

    def written(said: dict[str, object]) -> None:
        said["level"] = "info"
        said["timestamp"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        write(encode(said).decode())

    return written


def _shown(request_id: str) -> str:
    return request_id if _OURS.fullmatch(request_id) else scrub(request_id)
