"""What is told to the log. Each call has its access line from its face besides."""

import logging
from collections.abc import Sequence
from datetime import datetime

import structlog

from application.messages import Context
from application.ports.observer import CallOutcome, Observer
from domain.webhook.delivery import DeliveryState
from shared.errors import AppError

_log = structlog.get_logger("holdfast.operations")


class LogObserver(Observer):
    """Logs with structlog; never contents, only names and ids. Of strangers' words nothing:
    `providers` are the names that may be in an address."""

    def __init__(self, providers: frozenset[str] = frozenset()) -> None:
        self._providers = providers

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

    def webhook_refused(self, provider: str, reason: str) -> None:
        named = provider if provider in self._providers else None
        _log.warning("webhook refused", provider=named, reason=reason)

    def provider_called(
        self, provider: str, live: bool, call: str, outcome: CallOutcome, seconds: float
    ) -> None:
        if outcome is CallOutcome.ANSWERED:
            return  # what it said is in the facts of the payment
        _log.info(
            "provider gave no answer",
            provider=provider,
            live=live,
            call=call,
            outcome=outcome.value,
            ms=_ms(seconds),
        )

    def provider_available(self, provider: str, live: bool, available: bool) -> None:
        if available:
            _log.info("provider is back", provider=provider, live=live)
        else:
            _log.warning("provider is left alone for a while", provider=provider, live=live)

    def reconciled(self, provider: str, live: bool, compared: int, discrepancies: int) -> None:
        tell = _log.warning if discrepancies else _log.info
        tell(
            "ledgers compared",
            provider=provider,
            live=live,
            compared=compared,
            discrepancies=discrepancies,
        )

    def delivered(self, group: str, occurred_at: datetime) -> None:
        return  # there are many, and the effect says what it did

    def delivery_failed(
        self, group: str, type: str, message_id: str, attempts: int, error: str, *, final: bool
    ) -> None:
        _log.warning(
            "delivery failed",
            group=group,
            type=type,
            message_id=message_id,
            attempts=attempts,
            error=error,
            final=final,
        )

    def webhook_sent(self, outcome: DeliveryState, seconds: float) -> None:
        return  # organizers see each in the log of their endpoint


class Observers(Observer):
    """All of them, in turn."""

    def __init__(self, *observers: Observer) -> None:
        self._observers: Sequence[Observer] = observers

    def completed(self, operation: str, ctx: Context, seconds: float) -> None:
        for each in self._observers:
            each.completed(operation, ctx, seconds)

    def refused(self, operation: str, ctx: Context, error: AppError, seconds: float) -> None:
        for each in self._observers:
            each.refused(operation, ctx, error, seconds)

    def mail_failed(self, mail_id: str, kind: str, error: str, *, final: bool) -> None:
        for each in self._observers:
            each.mail_failed(mail_id, kind, error, final=final)

    def failed(self, operation: str, ctx: Context, error: BaseException, seconds: float) -> None:
        for each in self._observers:
            each.failed(operation, ctx, error, seconds)

    def webhook_refused(self, provider: str, reason: str) -> None:
        for each in self._observers:
            each.webhook_refused(provider, reason)

    def provider_called(
        self, provider: str, live: bool, call: str, outcome: CallOutcome, seconds: float
    ) -> None:
        for each in self._observers:
            each.provider_called(provider, live, call, outcome, seconds)

    def provider_available(self, provider: str, live: bool, available: bool) -> None:
        for each in self._observers:
            each.provider_available(provider, live, available)

    def reconciled(self, provider: str, live: bool, compared: int, discrepancies: int) -> None:
        for each in self._observers:
            each.reconciled(provider, live, compared, discrepancies)

    def delivered(self, group: str, occurred_at: datetime) -> None:
        for each in self._observers:
            each.delivered(group, occurred_at)

    def delivery_failed(
        self, group: str, type: str, message_id: str, attempts: int, error: str, *, final: bool
    ) -> None:
        for each in self._observers:
            each.delivery_failed(group, type, message_id, attempts, error, final=final)

    def webhook_sent(self, outcome: DeliveryState, seconds: float) -> None:
        for each in self._observers:
            each.webhook_sent(outcome, seconds)


def _who(operation: str, ctx: Context) -> dict[str, str]:
    return {
        "operation": operation,
        "face": ctx.face,
        "actor": ctx.actor.id,
        "request_id": ctx.request_id,
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
