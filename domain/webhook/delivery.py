"""A delivery: one message on its way to one endpoint."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Self
from uuid import UUID

from shared.ids import WebhookDeliveryId, WebhookEndpointId

PAUSES: tuple[timedelta, ...] = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Between an attempt that failed and the next: three days together."""
_LONGEST_WISH = timedelta(hours=24)
_JITTER = 0.1
"""At most this part of a pause is added, so that not all come back at the same moment."""


class DeliveryState(Enum):
    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How one attempt ended: with the receiver's `status`, or with an `error` of ours where there
    was no answer. `retry_after`: seconds that the receiver asked to be left alone for."""

    status: int | None
    error: str | None = None
    retry_after: float | None = None

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def says_gone(self) -> bool:
        return self.status == 410


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery:
    """`message_id` is what the receiver knows it by, however often it comes. `attempts` counts
    those since it was made, or replayed; `status` and `error` are the last one's."""

    id: WebhookDeliveryId
    endpoint_id: WebhookEndpointId
    message_id: UUID
    type: str
    body: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    status: int | None
    error: str | None
    created_at: datetime

    @classmethod
    def create(
        cls,
        *,
        id: WebhookDeliveryId,
        endpoint_id: WebhookEndpointId,
        message_id: UUID,
        type: str,
        body: str,
        at: datetime,
    ) -> Self:
        return cls(
            id=id,
            endpoint_id=endpoint_id,
            message_id=message_id,
            type=type,
            body=body,
            state=DeliveryState.PENDING,
            attempts=0,
            next_attempt_at=at,
            status=None,
            error=None,
            created_at=at,
        )

    def tried(self, attempt: Attempt, *, jitter: float, at: datetime) -> Self:
        """After an attempt; `jitter` is from 0 to 1. What has failed too often has failed for
        good, until somebody replays it."""
        attempts = self.attempts + 1
        if attempt.succeeded:
            state, due = DeliveryState.DELIVERED, None
        elif attempt.says_gone or attempts > len(PAUSES):
            state, due = DeliveryState.FAILED, None
        else:
            state, due = DeliveryState.PENDING, at + _pause(attempts, attempt, jitter)
        return replace(
            self,
            state=state,
            attempts=attempts,
            next_attempt_at=due,
            status=attempt.status,
            error=None if attempt.succeeded else attempt.error,
        )

    def give_up(self, error: str) -> Self:
        """Without another attempt."""
        return replace(self, state=DeliveryState.FAILED, next_attempt_at=None, error=error)


def _pause(attempts: int, attempt: Attempt, jitter: float) -> timedelta:
    pause = PAUSES[attempts - 1] * (1 + _JITTER * jitter)
    if attempt.status in (429, 503) and attempt.retry_after is not None:
        return max(pause, min(timedelta(seconds=attempt.retry_after), _LONGEST_WISH))
    return pause
