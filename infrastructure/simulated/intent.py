"""An intent: one payment as the provider keeps it, and the methods that decide its course."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Final
from uuid import UUID


class Course(Enum):
    """What becomes of refunds."""

    AT_ONCE = "at_once"
    PENDING = "pending"
    """Taken on, and done later."""
    FAILS = "fails"
    """Taken on, and failed later."""
    COMES_BACK = "comes_back"
    """Done, and failed later all the same."""


class RefundState(Enum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class DisputeState(Enum):
    COMING = "coming"
    """The payer has not complained yet."""
    OPEN = "open"
    WON = "won"
    LOST = "lost"


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
    `refunds` is what becomes of them; `disputed`: the payer claims the money back some time later.
    """

    first: State
    late: State | None = None
    failure: str | None = None
    capture_failure: str | None = None
    first_answer_lost: bool = False
    refunds: Course = Course.AT_ONCE
    disputed: bool = False


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
AFTERWARDS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "refund_pending": Method(first=State.AUTHORIZED, refunds=Course.PENDING),
        "refund_fails": Method(first=State.AUTHORIZED, refunds=Course.FAILS),
        "refund_comes_back": Method(first=State.AUTHORIZED, refunds=Course.COMES_BACK),
        "disputed": Method(first=State.AUTHORIZED, disputed=True),
    }
)
"""As "succeed", but for what happens to the money afterwards."""
ALL_METHODS: Final[Mapping[str, Method]] = MappingProxyType({**METHODS, **AFTERWARDS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """`ripens_at` is when it moves on by itself."""

    reference: str
    refund_id: UUID
    amount: int
    state: RefundState
    failure: str | None = None
    ripens_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    reference: str
    amount: int
    reason: str
    state: DisputeState
    ripens_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Amounts in minor units of `currency`; amount, currency and method never change.

    `token` opens the page where a human decides; `ripens_at` is when something happens by itself
    next. `refunded` is what has gone back or is on its way, `disputed` what the payer claims back
    or has got that way.
    """

    reference: str
    payment_id: UUID
    order_id: UUID
    live: bool = True
    amount: int
    currency: str
    method: str
    description: str
    state: State
    captured: int = 0
    refunded: int = 0
    disputed: int = 0
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    failure: str | None = None
    token: str | None = None
    ripens_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
