"""Who watches what happens: logs and metrics."""

from datetime import datetime
from enum import Enum
from typing import Protocol

from application.messages import Context
from domain.webhook.delivery import DeliveryState
from shared.errors import AppError


class CallOutcome(Enum):
    """What became of one call at a payment provider."""

    ANSWERED = "ANSWERED"
    """Declined is an answer, too."""
    REFUSED = "REFUSED"
    """As a mistake of ours."""
    UNKNOWN = "UNKNOWN"
    LATE = "LATE"
    """Unknown: there was no answer in time."""
    NOT_ASKED = "NOT_ASKED"
    """Unknown, because the provider is left alone for a while."""
    BROKEN = "BROKEN"
    """By a bug of ours."""


class PaymentObserver(Protocol):
    """Never told ids, amounts or contents: names and numbers only."""

    def webhook_refused(self, provider: str, reason: str) -> None:
        """Somebody sent what no provider did, or not to us. `provider` is as in the address: a
        stranger may have chosen it."""
        ...

    def provider_called(
        self, provider: str, live: bool, call: str, outcome: CallOutcome, seconds: float
    ) -> None:
        """One attempt of a call ended so."""
        ...

    def provider_available(self, provider: str, live: bool, available: bool) -> None:
        """From now on the provider is left alone, or asked again."""
        ...

    def reconciled(self, provider: str, live: bool, compared: int, discrepancies: int) -> None:
        """A report was stored: so many movements were compared, so many did not match."""
        ...


class DeliveryObserver(Protocol):
    """Told names, ids and errors, never contents."""

    def delivered(self, group: str, occurred_at: datetime) -> None:
        """A message is dealt with, of what happened at that time: its effect is committed."""
        ...

    def delivery_failed(
        self, group: str, type: str, message_id: str, attempts: int, error: str, *, final: bool
    ) -> None:
        """The effect of a message failed, now for so many times; `final`: it went to the dead
        letters."""
        ...


class WebhookObserver(Protocol):
    def webhook_sent(self, outcome: DeliveryState, seconds: float) -> None:
        """An organizer's endpoint was told something, or could not be; PENDING: it is tried
        again."""
        ...


class Observer(PaymentObserver, DeliveryObserver, WebhookObserver, Protocol):
    def completed(self, operation: str, ctx: Context, seconds: float) -> None:
        """The operation was answered."""
        ...

    def refused(self, operation: str, ctx: Context, error: AppError, seconds: float) -> None:
        """The operation was refused."""
        ...

    def mail_failed(self, mail_id: str, kind: str, error: str, *, final: bool) -> None:
        """A mail could not be sent; `final`: it never will be. `error` is what whoever delivers
        said, and nothing of the mail."""
        ...

    def failed(self, operation: str, ctx: Context, error: BaseException, seconds: float) -> None:
        """A bug. Called once, with the exception that the caller will never see."""
        ...
