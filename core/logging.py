"""Logging: one pipeline for our own lines and for those of the libraries.

A line has a UTC timestamp, a level, the ``event``, what was bound to the context (such as
``request_id``) and what the caller added; secrets are redacted. Lines are made for people on
a terminal and are JSON elsewhere. Everything goes to standard error.
"""

import logging
import sys
from collections.abc import Sequence
from typing import Final, Literal, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from core.redaction import redact
from core.seldom import quieten

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
Format = Literal["auto", "console", "json"]

# They say something at INFO for each call they make.
_CHATTY: Final = ("httpx2", "httpcore2", "asyncio", "stamina")
# We write a line per request ourselves.
_SILENT: Final = ("uvicorn.access",)


def configure_logging(level: Level, format: Format = "auto", stream: TextIO | None = None) -> None:
    """Set up structlog and the standard library's logging; again to change something.

    Servers must be told to leave logging alone (``log_config=None`` for uvicorn).
    """
    stream = standard_stream(stream)
    as_json = is_json(format, stream)
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = [
        structlog.processors.StackInfoRenderer(),
        # A plain traceback: one with the local variables would show what they hold.
        structlog.processors.format_exc_info,
        redact,
        _json if as_json else _console(colors=stream.isatty()),
    ]
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    _take_over_stdlib(level, stream, first, last)


def standard_stream(stream: TextIO | None) -> TextIO:
    return sys.stderr if stream is None else stream


def is_json(format: Format, stream: TextIO) -> bool:
    """Whether lines are JSON, and not for people."""
    return format == "json" or (format == "auto" and not stream.isatty())


def _take_over_stdlib(
    level: Level, stream: TextIO, first: Sequence[Processor], last: Sequence[Processor]
) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                *first,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                _drop_color_message,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _SILENT:
        logging.getLogger(name).disabled = True
    quieten()


def _json(logger: WrappedLogger, method: str, event: EventDict) -> str:
    try:
        return msgspec.json.encode(event).decode()
    except UnicodeEncodeError:  # half of a surrogate pair, out of somebody's JSON
        whole = repr(event).encode("utf-8", "backslashreplace").decode()
        return msgspec.json.encode({"event": whole}).decode()


def _console(colors: bool) -> Processor:
    return structlog.dev.ConsoleRenderer(
        colors=colors, exception_formatter=structlog.dev.plain_traceback
    )


def _drop_color_message(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)  # uvicorn's second copy of the message
    return event
