"""Messages as RabbitMQ carries them: CloudEvents in binary mode, their attributes as headers."""

from dataclasses import dataclass
from typing import Final

from aio_pika import DeliveryMode
from aio_pika import Message as Envelope
from aio_pika.abc import AbstractIncomingMessage, HeadersType

from application.messaging import cloudevents
from application.messaging.message import Message
from application.ports.broker import Delivery

GROUP: Final = "dlq_group"
ATTEMPTS: Final = "dlq_attempts"
ERROR: Final = "dlq_error"
TOPIC: Final = "dlq_topic"
QUEUE: Final = "dlq_queue"

SOURCE: Final = "ce_source"

DELIVERY_LIMIT: Final = 3
"""How often a message may be given back by members that died, or that were cut off, with it in
hand; the next time it goes to the dead letters. A refusal by the handler does not count."""

# RabbitMQ's own: how often it was given back, and why it was moved here.
_COUNT: Final = "x-delivery-count"
_DEATHS: Final = "x-death"
_MOVED: Final = "x-first-death-reason"

# All headers together must fit into one frame, of 128 KiB.
_ERROR_CHARS: Final = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An envelope and its address."""

    key: str
    envelope: Envelope


def letter_of(message: Message) -> Letter:
    headers, data = cloudevents.encode(message)
    content_type = headers.pop("content-type")
    return Letter(key=message.type, envelope=_envelope(data, content_type, {**headers}))


def source_of(topic: str) -> str:
    """The header of the messages of a topic."""
    return f"/holdfast/{topic.removeprefix('ticketing.')}"


def message_of(envelope: AbstractIncomingMessage) -> Message:
    """Raises ValueError for what is no message of ours."""
    headers = {name: each for name, each in envelope.headers.items() if isinstance(each, str)}
    return cloudevents.decode(
        {**headers, "content-type": envelope.content_type or ""}, envelope.body
    )


def delivery_of(envelope: AbstractIncomingMessage) -> Delivery:
    """Raises ValueError for what is no message of ours."""
    given_back = envelope.headers.get(_COUNT, 0)
    attempt = given_back + 1 if isinstance(given_back, int) else 1
    return Delivery(message=message_of(envelope), attempt=attempt)


def buried(message: Message, *, group: str, attempts: int, error: str, address: str) -> Letter:
    letter = letter_of(message)
    letter.envelope.headers |= _why(message.topic, group, attempts, error)
    return Letter(key=address, envelope=letter.envelope)


def buried_as_it_is(
    read: AbstractIncomingMessage, *, topic: str, group: str, error: str, address: str
) -> Letter:
    """What is no message of ours."""
    headers = {
        name: each for name, each in read.headers.items() if name not in (_COUNT, _DEATHS, _MOVED)
    }
    headers |= _why(topic, group, 1, error)
    return Letter(key=address, envelope=_envelope(read.body, read.content_type or "", headers))


def dead_letter_of(envelope: AbstractIncomingMessage) -> Delivery:
    """Raises ValueError for what is no message of ours."""
    headers, message = envelope.headers, message_of(envelope)
    if ERROR not in headers:  # the server itself moved it here
        attempts = DELIVERY_LIMIT + 1 if headers.get(_MOVED) == "delivery_limit" else 1
        return Delivery(
            message=message,
            attempt=attempts,
            error=f"moved here by RabbitMQ: {headers.get(_MOVED)!r}",
        )
    return Delivery(
        message=message, attempt=int(str(headers.get(ATTEMPTS))), error=str(headers[ERROR])
    )


def _why(topic: str, group: str, attempts: int, error: str) -> HeadersType:
    said = error.encode(errors="replace").decode()[:_ERROR_CHARS]
    return {
        GROUP: group,
        ATTEMPTS: str(attempts),
        ERROR: said,
        TOPIC: topic,
        QUEUE: f"{topic}.{group}",
    }


def _envelope(data: bytes, content_type: str, headers: HeadersType) -> Envelope:
    return Envelope(
        data,
        headers=headers,
        content_type=content_type,
        delivery_mode=DeliveryMode.PERSISTENT,
        app_id="holdfast",
    )
