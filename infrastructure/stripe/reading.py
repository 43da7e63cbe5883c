"""Stripe's objects as what we call them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import stripe

from application.ports.payments import OutcomeUnknown
from domain.order.payment import Observation, PaymentState
from infrastructure.stripe.currencies import from_stripe
from shared.ids import PaymentId
from shared.money import Money

# A declined attempt leaves the intent in requires_payment_method, and the buyer may try again.
_STATES: Final = {
    "requires_payment_method": PaymentState.REQUIRES_ACTION,
    "requires_confirmation": PaymentState.REQUIRES_ACTION,
    "requires_action": PaymentState.REQUIRES_ACTION,
    "processing": PaymentState.PROCESSING,
    "requires_capture": PaymentState.AUTHORIZED,
    "succeeded": PaymentState.CAPTURED,
    "canceled": PaymentState.CANCELLED,
}
PAID: Final = frozenset({"processing", "requires_capture", "succeeded"})
"""The buyer has done what there was to do."""


def payment_id_in(metadata: Mapping[str, str] | None) -> PaymentId | None:
    """Ours, if the object carries one."""
    try:
        return PaymentId(UUID((metadata or {})["payment_id"]))
    except (KeyError, ValueError):
        return None


def money(amount: int, currency: str) -> Money:
    """Raises OutcomeUnknown for what cannot be one of our amounts."""
    try:
        return from_stripe(amount, currency)
    except ValueError as error:
        raise OutcomeUnknown(str(error)) from error


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True, slots=True)
class Reader:
    """`live` is our mode, `livemode` what its objects must say of themselves. They differ where
    orders are paid with a key for tests."""

    live: bool
    livemode: bool

    def mode(self, livemode: bool) -> bool:
        """Our mode, for an object of the right one."""
        return self.live if livemode is self.livemode else not self.live

    def intent(self, intent: stripe.PaymentIntent) -> Observation:
        state = _STATES.get(intent.status)
        if state is None:
            raise OutcomeUnknown(f"status {intent.status}")
        taken = state is PaymentState.CAPTURED
        waits = state is PaymentState.REQUIRES_ACTION
        return Observation(
            reference=intent.id,
            state=state,
            amount=money(intent.amount_received if taken else intent.amount, intent.currency),
            payment_id=payment_id_in(metadata_of(intent)),
            live=self.mode(intent.livemode),
            client_secret=intent.client_secret if waits else None,
            failure=failure_of(intent) if waits else None,
        )

    def session(self, session: stripe.checkout.Session) -> Observation:
        """`session` has its PaymentIntent along, if it has one already."""
        intent = session.payment_intent
        if isinstance(intent, stripe.PaymentIntent):
            if session.status == "complete" or intent.status in PAID:
                return self.intent(intent)
        elif intent is not None or session.status == "complete":
            raise OutcomeUnknown(f"{session.id} came without its intent")
        is_open = session.status == "open"
        if session.amount_total is None or session.currency is None:
            raise OutcomeUnknown(f"{session.id} has no amount")
        return Observation(
            reference=session.id,
            state=PaymentState.REQUIRES_ACTION if is_open else PaymentState.CANCELLED,
            amount=money(session.amount_total, session.currency),
            payment_id=payment_id_in(metadata_of(session)),
            live=self.mode(session.livemode),
            redirect_url=session.url if is_open else None,
            failure=failure_of(intent) if is_open and intent else None,
        )


def metadata_of(
    thing: stripe.PaymentIntent | stripe.checkout.Session | stripe.Refund,
) -> Mapping[str, str]:
    metadata = thing.metadata
    return metadata.to_dict() if metadata is not None else {}


def failure_of(intent: stripe.PaymentIntent) -> str | None:
    """Why the buyer's last attempt came to nothing."""
    error = intent.last_payment_error
    if error is None:
        return None
    return error.decline_code or error.code or error.type
