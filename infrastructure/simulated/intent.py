"""An intent: one payment as the provider keeps it, and the methods that decide its course."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Final
from uuid import UUID


class State(Enum):
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """What happens to an intent that is paid with it.

    `late` is the state a processing intent reaches by itself. `capture_failure` is the code its
    capture fails with, for good. `first_answer_lost`: the call that creates it times out.
    """

    first: State
    late: State | None = None
    failure: str | None = None
    capture_failure: str | None = None
    first_answer_lost: bool = False


DEFAULT_METHOD: Final = "succeed"
METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "succeed": Method(first=State.AUTHORIZED),
        "decline": Method(first=State.FAILED, failure="card_declined"),
        "requires_action": Method(first=State.REQUIRES_ACTION),
        "succeed_late": Method(first=State.PROCESSING, late=State.AUTHORIZED),
        "effect_then_timeout": Method(first=State.AUTHORIZED, first_answer_lost=True),
        "capture_fails": Method(first=State.AUTHORIZED, capture_failure="expired_card"),
        # Money first: there is no promise, it is taken at once or arrives taken.
        "instant": Method(first=State.CAPTURED),
        "instant_late": Method(first=State.PROCESSING, late=State.CAPTURED),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Amounts in minor units of `currency`; amount, currency and method never change.

    `token` opens the page where a human decides; `ripens_at` is when a processing intent moves on.
    """

    reference: str
    payment_id: UUID
    order_id: UUID
    amount: int
    currency: str
    method: str
    description: str
    state: State
    captured: int = 0
    refunded: int = 0
    failure: str | None = None
    token: str | None = None
    ripens_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
