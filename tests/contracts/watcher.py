"""An observer that remembers what it was told."""

from datetime import datetime

from application.messages import Context
from application.ports.observer import CallOutcome, Observer
from domain.webhook.delivery import DeliveryState
from shared.errors import AppError


class Watcher(Observer):
    def __init__(self) -> None:
        self.answered: list[str] = []
        self.refusals: list[AppError] = []
        self.bugs: list[BaseException] = []
        self.mails: list[tuple[str, str, str, bool]] = []
        self.webhooks: list[tuple[str, str]] = []
        self.sent: list[DeliveryState] = []
        self.delivered_to: list[tuple[str, datetime]] = []
        self.undelivered: list[tuple[str, str, int, bool]] = []
        self.calls: list[tuple[str, bool, str, CallOutcome]] = []
        self.availability: list[tuple[str, bool, bool]] = []
        self.reports: list[tuple[str, bool, int, int]] = []

    def webhook_refused(self, provider: str, reason: str) -> None:
        self.webhooks.append((provider, reason))

    def webhook_sent(self, outcome: DeliveryState, seconds: float) -> None:
        assert seconds >= 0
        self.sent.append(outcome)

    def delivered(self, group: str, occurred_at: datetime) -> None:
        self.delivered_to.append((group, occurred_at))

    def delivery_failed(
        self, group: str, type: str, message_id: str, attempts: int, error: str, *, final: bool
    ) -> None:
        self.undelivered.append((group, type, attempts, final))

    def provider_called(
        self, provider: str, live: bool, call: str, outcome: CallOutcome, seconds: float
    ) -> None:
        assert seconds >= 0
        self.calls.append((provider, live, call, outcome))

    def provider_available(self, provider: str, live: bool, available: bool) -> None:
        self.availability.append((provider, live, available))

    def reconciled(self, provider: str, live: bool, compared: int, discrepancies: int) -> None:
        self.reports.append((provider, live, compared, discrepancies))

    def completed(self, operation: str, ctx: Context, seconds: float) -> None:
        self.answered.append(operation)

    def refused(self, operation: str, ctx: Context, error: AppError, seconds: float) -> None:
        self.refusals.append(error)

    def mail_failed(self, mail_id: str, kind: str, error: str, *, final: bool) -> None:
        self.mails.append((mail_id, kind, error, final))

    def failed(self, operation: str, ctx: Context, error: BaseException, seconds: float) -> None:
        self.bugs.append(error)
