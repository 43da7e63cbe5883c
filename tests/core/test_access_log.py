"""The short way of a request's line writes what the long way writes, byte for byte."""

import io
import re
from typing import Any

import pytest
import structlog

from api.middleware.access import AccessLine, logged_line
from core.access_log import access_line, call_line
from core.logging import Format, Level, configure_logging
from core.redaction import REDACTED
from grpc_app import access as calls
from tests.core.test_logging import Terminal, stream

__all__ = ["stream"]
STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{6})?Z?")
ID = "01936b2a-7c00-7a10-8000-000000000006"
JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTkzIn0.c2lnbmF0dXJlLW9mLXRva2Vu"
LINES: list[tuple[Any, ...]] = [
    ("POST", "/api/v1/holds", "/api/v1/holds", 201, 1.25, 300, ID),
    ("GET", f"/api/v1/holds/{ID}", "/api/v1/holds/{hold_id}", 499, 0.0, 0, "mine"),
    ("GET", "/api/v1/holds/…", "/api/v1/holds/{hold_id}", 401, 12345.6, 10, JWT),
    ("BREW", None, None, 404, 0.01, 2**40, "hf_live_" + "aB3" * 12),
    ("PUT", "/x", "/x", 200, 1e-05, 1, "password=hunter2"),
]

CALLS: list[tuple[Any, ...]] = [
    ("/holdfast.v1.HoldService/CreateHold", "OK", None, 1.25, "ipv4:127.0.0.1:5555", ID),
    ("…", "UNIMPLEMENTED", "OPERATION_UNKNOWN", 0.0, "ipv6:%5B::1%5D:5555", "mine"),
    ("/holdfast.v1.X/Y", "UNAUTHENTICATED", "TOKEN_INVALID", 12345.6, "unix:", JWT),
]


def written(line: AccessLine | calls.CallLine, to: io.StringIO, said: tuple[Any, ...]) -> str:
    """With another time."""
    start = len(to.getvalue())
    with structlog.contextvars.bound_contextvars(request_id=said[-1]):
        line(*said)
    text, times = STAMP.subn("then", to.getvalue()[start:])
    assert times == text.count("\n")
    return text


@pytest.mark.parametrize("said", LINES, ids=lambda said: said[-1][:8])
@pytest.mark.parametrize("format", ["json", "auto", "console"])
def test_both_ways_write_the_same(stream: io.StringIO, format: Format, said: Any) -> None:
    configure_logging("INFO", format, stream)
    short = access_line("INFO", format, stream)
    text = written(short, stream, said)
    assert text == written(logged_line(), stream, said)
    assert text.count("\n") == 1


def test_a_secret_for_a_request_id_is_redacted(stream: io.StringIO) -> None:
    configure_logging("INFO", "json", stream)
    text = written(access_line("INFO", "json", stream), stream, LINES[2])
    assert JWT not in text and REDACTED in text


@pytest.mark.parametrize("level", ["WARNING", "ERROR"])
def test_above_info_nothing_is_written(stream: io.StringIO, level: Level) -> None:
    configure_logging(level, "json", stream)
    assert written(access_line(level, "json", stream), stream, LINES[0]) == ""


def test_on_a_terminal_lines_are_for_people(stream: io.StringIO) -> None:
    terminal = Terminal()
    configure_logging("INFO", "auto", terminal)
    text = written(access_line("INFO", "auto", terminal), terminal, LINES[0])
    assert "request" in text and not text.startswith("{")


@pytest.mark.parametrize("said", CALLS, ids=lambda said: said[-1][:8])
def test_both_ways_write_the_same_of_a_call(stream: io.StringIO, said: Any) -> None:
    configure_logging("INFO", "json", stream)
    short = call_line("INFO", "json", stream)
    assert short is not None
    text = written(short, stream, said)
    assert text == written(calls.logged_line(), stream, said)
    assert text.count("\n") == 1 and JWT not in text


def test_where_calls_take_the_long_way(stream: io.StringIO) -> None:
    assert call_line("WARNING", "json", stream) is None
    assert call_line("INFO", "console", stream) is None
