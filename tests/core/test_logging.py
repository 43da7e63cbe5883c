"""Logging: one pipeline, whole lines, and no secret in any of them."""

import io
import logging
import uuid
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import pytest
import structlog

from core.logging import configure_logging
from core.redaction import REDACTED, scrub

_JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTkzIn0.c2lnbmF0dXJlLW9mLXRva2Vu"
_KEY_OF_OURS = "hf_test_" + "0a1B2c3D" * 5
_SEALED = "hfv_" + "aB3-_xYz" * 8
_ARGON2 = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo"
_SECRET = "hunter2"


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What is logged in this test; the loggers are as before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    logging.getLogger("uvicorn.access").disabled = False
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """The JSON lines written so far."""
    return [
        msgspec.json.decode(line, type=dict[str, object]) for line in stream.getvalue().splitlines()
    ]


def test_a_json_line_has_time_level_event_context_and_fields(stream: io.StringIO) -> None:
    configure_logging("INFO", "json", stream)
    structlog.contextvars.bind_contextvars(request_id="r-1")
    hold = uuid.uuid4()
    structlog.get_logger().info("hold placed", hold_id=hold, lines=2, at=datetime(2026, 1, 1))
    structlog.get_logger().debug("not this one")
    (line,) = lines(stream)
    stamp = datetime.fromisoformat(str(line.pop("timestamp")))
    assert stamp.utcoffset() == UTC.utcoffset(None)
    assert line == {
        "event": "hold placed",
        "level": "info",
        "request_id": "r-1",
        "hold_id": str(hold),
        "lines": 2,
        "at": "2026-01-01T00:00:00",
    }


def test_lines_of_libraries_take_the_same_way(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").addHandler(logging.StreamHandler(io.StringIO()))
    configure_logging("INFO", "json", stream)
    structlog.contextvars.bind_contextvars(request_id="r-2")
    logging.getLogger("uvicorn.error").info(
        "started %s", _JWT, extra={"color_message": "x", "token": _SECRET}
    )
    logging.getLogger("alembic.runtime").debug("not this one")
    logging.getLogger("uvicorn.access").error("nor this one")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"password={_SECRET}", stacklevel=1)
    started, warned = lines(stream)
    del started["timestamp"]
    assert started == {
        "event": f"started {REDACTED}",
        "level": "info",
        "logger": "uvicorn.error",
        "request_id": "r-2",
        "token": REDACTED,
    }
    assert warned["logger"] == "py.warnings"
    assert _SECRET not in stream.getvalue()


def test_what_libraries_say_all_the_time_is_said_once(stream: io.StringIO) -> None:
    configure_logging("INFO", "json", stream)
    for port in range(3):
        logging.getLogger("aiormq.connection").error("nobody at %s in this test", port)
    assert [line["event"] for line in lines(stream)] == ["nobody at 0 in this test"]


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("through_stdlib", [True, False])
def test_tracebacks_are_there_without_secrets(
    stream: io.StringIO, as_json: bool, through_stdlib: bool
) -> None:
    configure_logging("INFO", "json" if as_json else "console", stream)
    password = _SECRET  # a local variable must not be shown either
    try:
        try:
            raise ValueError(f"postgresql://app:{password}@db/holdfast is down")
        except ValueError as cause:
            raise RuntimeError(f"Bearer {_JWT}") from cause
    except RuntimeError:
        if through_stdlib:
            logging.getLogger("asyncio").exception("failed")
        else:
            structlog.get_logger().exception("failed")
    written = stream.getvalue()
    assert "Traceback" in written and "RuntimeError" in written
    assert f"postgresql://{REDACTED}@db/holdfast is down" in written
    assert _SECRET not in written and _JWT not in written
    if as_json:
        assert len(lines(stream)) == 1


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "Password",
        "new_password",
        "token",
        "access_token",
        "refresh-token",
        "Authorization",
        "client_secret",
        "webhook_secret",
        "api_key",
        "X-Api-Key",
        "SECRET_KEY",
        "secret_key_previous",
        "current_password",
        "password_hash",
        "api_key_hash",
        "Set-Cookie",
        "stripe-signature",
        "ticket_code",
    ],
)
def test_values_are_redacted_by_their_name(stream: io.StringIO, name: str) -> None:
    configure_logging("INFO", "json", stream)
    nested = {"a": [{"b": ({name: _SECRET},)}], name: {"deeper": _SECRET}}
    structlog.get_logger().info("x", nested=nested, **{name: _SECRET})
    (line,) = lines(stream)
    assert line[name] == REDACTED
    assert line["nested"] == {"a": [{"b": [{name: REDACTED}]}], name: REDACTED}


def test_what_only_sounds_secret_is_shown(stream: io.StringIO) -> None:
    configure_logging("INFO", "json", stream)
    shown = {
        "page_token": "abc",
        "next_page_token": "def",
        "idempotency_key": "k-123",
        "tokens_issued": 3,
        "password_changed": True,
        "token": None,
    }
    structlog.get_logger().info("token expired: basic checks, page_token=abc", **shown)
    (line,) = lines(stream)
    assert {name: line[name] for name in shown} == shown
    assert line["event"] == "token expired: basic checks, page_token=abc"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"got {_JWT}.", f"got {REDACTED}."),
        ("authorization: bearer abc.def", f"authorization: bearer {REDACTED}"),
        ("Basic dXNlcjpodW50ZXIy", f"Basic {REDACTED}"),
        ("at postgres://u:hunter2@h:5432/d, ok", f"at postgres://{REDACTED}@h:5432/d, ok"),
        ("postgresql://u:hun@ter2@h/d", f"postgresql://{REDACTED}@h/d"),
        ("https://h:8000/events?page=1", "https://h:8000/events?page=1"),
        ("key hf_live_0a1B2c3D_x used", f"key {REDACTED} used"),
        (f"key={_KEY_OF_OURS}&x", f"key={REDACTED}&x"),
        (f"api_{_KEY_OF_OURS}", f"api_{REDACTED}"),
        (f"/verify/{_SEALED}?a=1", f"/verify/{REDACTED}?a=1"),
        (f"x{_SEALED.replace('hfv', 'hfr')}.", f"x{REDACTED}."),
        (f"#{_SEALED.replace('hfv', 'hfp')}", f"#{REDACTED}"),
        (f"to={_SEALED.replace('hfv', 'hfi')}", f"to={REDACTED}"),
        (f"hash {_ARGON2} of ada", f"hash {REDACTED} of ada"),
        ("SECRET_KEY_PREVIOUS=hunter2 x", f"SECRET_KEY_PREVIOUS={REDACTED} x"),
        ("rediss://:hunter2@cache:6379/0 is away", f"rediss://{REDACTED}@cache:6379/0 is away"),
        ("sk_test_abc whsec_def", f"{REDACTED} {REDACTED}"),
        ("?a=1&access_token=hunter2&b=2", f"?a=1&access_token={REDACTED}&b=2"),
        ("{'password': 'hun\\'ter2', 'x': 1}", f"{{'password': {REDACTED}, 'x': 1}}"),
        ('{"api_key": "hunter2"}', f'{{"api_key": {REDACTED}}}'),
        ("User(name='a', password='hunter2')", f"User(name='a', password={REDACTED})"),
        ("-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\nx", f"{REDACTED}\nx"),
    ],
)
def test_texts_are_redacted_by_their_look(text: str, left: str) -> None:
    assert scrub(text) == left


def test_any_value_makes_a_line(stream: io.StringIO) -> None:
    @dataclass
    class Account:
        name: str
        password: str

    loop: list[object] = []
    loop.append(loop)
    configure_logging("INFO", "json", stream)
    structlog.get_logger().info(
        "odd\nevent",
        account=Account("a", _SECRET),
        number=2**80,
        raw=_SECRET.encode(),
        loop=loop,
        error=ValueError(f"secret={_SECRET}"),
        numbers={1: {2.5}},
    )
    structlog.get_logger().info("half \ud800", token=_SECRET)
    odd, half = lines(stream)
    assert odd["event"] == "odd\nevent"
    assert odd["number"] == str(2**80)
    assert odd["raw"] == "<7 bytes>"
    assert odd["numbers"] == {"1": [2.5]}
    assert "half \\ud800" in str(half["event"])
    assert _SECRET not in stream.getvalue()


def test_a_terminal_gets_lines_for_people_and_a_pipe_gets_json(stream: io.StringIO) -> None:
    terminal = Terminal()
    configure_logging("INFO", "auto", terminal)
    structlog.get_logger().info("hold placed", password=_SECRET)
    assert "hold placed" in terminal.getvalue() and _SECRET not in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")
    configure_logging("INFO", "auto", stream)
    structlog.get_logger().info("hold placed")
    assert lines(stream)[0]["event"] == "hold placed"
