"""Events of payment providers: stored before they are acknowledged, processed afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from shared.ids import PaymentId


class Topic(Enum):
    """What a provider's event is about; the payment is looked at in any case."""

    PAYMENT = "PAYMENT"
    REFUND = "REFUND"
    DISPUTE = "DISPUTE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """A verified webhook: a hint that something happened to the payment `reference`.

    `payment_id` is our id of it where the event tells: an event may come before the answer that
    says the reference.
    """

    provider: str
    topic: Topic = Topic.PAYMENT
    payment_id: PaymentId | None = None
    event_id: str
    type: str
    reference: str
    occurred_at: datetime


class Inbox(Protocol):
    """One row per (provider, event id), kept for good: a repeated event is no second one."""

    def receive(self, event: ProviderEvent) -> None:
        """Notes a new event; one that is there already changes nothing."""
        ...

    async def waiting(self, *, limit: int) -> Sequence[ProviderEvent]:
        """Events not yet processed and due for an attempt, oldest first."""
        ...

    def processed(self, event: ProviderEvent) -> None: ...

    def postpone(self, event: ProviderEvent, *, until: datetime) -> None:
        """It could not be processed now; counts the attempt."""
        ...
