"""Stripe's events: which payment one is about."""

from typing import Final

import msgspec

from application.ports.inbox import ProviderEvent, Topic
from infrastructure.stripe.reading import moment, payment_id_in

NAME: Final = "stripe"

PAYMENT_TYPES: Final = (
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)
"""What a webhook's endpoint should be sent, and what is asked for when events were missed (at most
20 at a time)."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What an event is about: a PaymentIntent, or something that belongs to one."""

    object: str
    id: str | None = None
    payment_intent: str | None = None
    metadata: dict[str, str] | None = None


class Data(msgspec.Struct, frozen=True, kw_only=True):
    object: msgspec.Raw


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """`account` is there if it happened to somebody else's account, connected with ours."""

    id: str
    object: str
    type: str
    created: int
    livemode: bool
    account: str | None = None
    data: Data


_event: Final = msgspec.json.Decoder(Event)
_subject: Final = msgspec.json.Decoder(Subject)


def read(body: bytes) -> Event:
    """Raises ValueError when it is no such event."""
    event = _event.decode(body)
    if event.object != "event" or not 0 < len(event.id) <= 255:
        raise ValueError("not an event")
    return event


def provider_event(event: Event) -> ProviderEvent:
    """One that is not about a payment names its own object as the reference, which no payment has.

    Raises ValueError for a payment's event that does not look like one.
    """
    payment_id, reference = None, event.id
    if event.type in PAYMENT_TYPES or event.type.startswith(("payment_intent.", "charge.")):
        subject = _subject.decode(event.data.object)
        payment_id = payment_id_in(subject.metadata)
        reference = subject.payment_intent or subject.id or event.id
        if subject.object == "payment_intent" and subject.id:
            reference = subject.id
    if "\0" in f"{event.id}{event.type}{reference}":
        raise ValueError("no text of Stripe's, and none that can be stored")
    return ProviderEvent(
        provider=NAME,
        topic=_topic(event.type),
        payment_id=payment_id,
        event_id=event.id,
        type=event.type,
        reference=reference,
        occurred_at=moment(event.created),
    )


def _topic(type_: str) -> Topic:
    if type_.startswith(("refund.", "charge.refund")):
        return Topic.REFUND
    return Topic.DISPUTE if type_.startswith("charge.dispute.") else Topic.PAYMENT
