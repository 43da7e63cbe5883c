"""What the pipeline tells the log. Each call has its access line from its face besides."""

import logging

import structlog

from application.messages import Context
from application.ports.observer import Observer
from shared.errors import AppError

_log = structlog.get_logger("holdfast.operations")


class LogObserver(Observer):
    """Logs with structlog; never contents, only names and ids."""

    def completed(self, operation: str, ctx: Context, seconds: float) -> None:
        if not _log.is_enabled_for(logging.DEBUG):
            return  # this happens to every call, and most logs begin at INFO
        _log.debug("completed", **_who(operation, ctx), ms=_ms(seconds))

    def refused(self, operation: str, ctx: Context, error: AppError, seconds: float) -> None:
        _log.info("refused", **_who(operation, ctx), reason=error.reason, ms=_ms(seconds))

    def mail_failed(self, mail_id: str, kind: str, error: str, *, final: bool) -> None:
        _log.warning("mail failed", mail_id=mail_id, kind=kind, error=error, final=final)

    def failed(self, operation: str, ctx: Context, error: BaseException, seconds: float) -> None:
        _log.error("failed", **_who(operation, ctx), ms=_ms(seconds), exc_info=error)


def _who(operation: str, ctx: Context) -> dict[str, str]:
    return {
        "operation": operation,
        "face": ctx.face,
        "actor": ctx.actor.id,
        "request_id": ctx.request_id,
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
