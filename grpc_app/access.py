"""One line in the log for each call."""

from typing import Protocol

import structlog


class CallLine(Protocol):
    """Writes the line of a call. `reason` is that of a refusal."""

    def __call__(
        self, method: str, code: str, reason: str | None, ms: float, peer: str, request_id: str
    ) -> None: ...


def logged_line() -> CallLine:
    """Through the log like any other line."""
    log = structlog.get_logger("holdfast.access")

    def line(
        method: str, code: str, reason: str | None, ms: float, peer: str, request_id: str
    ) -> None:
        log.info(
            "request",
            face="grpc",
            method=method,
            code=code,
            reason=reason,
            ms=ms,
            peer=peer,
            request_id=request_id,
        )

    return line
