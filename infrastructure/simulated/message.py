"""The body of a webhook, as the provider writes it and our side reads it."""

from datetime import datetime

import msgspec

from infrastructure.simulated.intent import Intent


class Data(msgspec.Struct, frozen=True, kw_only=True):
    reference: str
    payment_id: str
    state: str
    live: bool = True


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """`type` is what it happened to ("payment.", "refund." or "dispute.") and what happened;
    `created` an RFC 3339 time."""

    id: str
    type: str
    created: datetime
    data: Data


_decoder = msgspec.json.Decoder(Message)


def write(event_id: str, type_: str, intent: Intent) -> bytes:
    """JSON, UTF-8."""
    return msgspec.json.encode(
        Message(
            id=event_id,
            type=type_,
            created=intent.updated_at,
            data=Data(
                reference=intent.reference,
                payment_id=str(intent.payment_id),
                state=intent.state.value,
                live=intent.live,
            ),
        )
    )


def read(body: bytes) -> Message:
    """Raises ValueError when it is no such message."""
    message = _decoder.decode(body)
    if message.created.tzinfo is None:
        raise ValueError("created has no offset")
    return message
