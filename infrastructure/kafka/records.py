"""Messages as records: CloudEvents in binary mode, keyed by the id of their aggregate."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from application.messaging import cloudevents
from application.messaging.message import Message
from application.ports.broker import Delivery

Headers = Sequence[tuple[str, bytes]]

GROUP: Final = "dlq_group"
ATTEMPTS: Final = "dlq_attempts"
ERROR: Final = "dlq_error"
TOPIC: Final = "dlq_topic"
PARTITION: Final = "dlq_partition"
OFFSET: Final = "dlq_offset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record was read."""

    topic: str
    partition: int
    offset: int


def record_of(message: Message) -> Record:
    headers, data = cloudevents.encode(message)
    return Record(
        topic=message.topic,
        key=str(message.aggregate_id).encode(),
        value=data,
        headers=[(name, value.encode()) for name, value in headers.items()],
    )


def message_of(headers: Iterable[tuple[str, bytes]], value: bytes | None) -> Message:
    """Raises ValueError for what is no message of ours."""
    return cloudevents.decode({name: each.decode() for name, each in headers}, value or b"")


def dead_topic(topic: str, group: str) -> str:
    return f"{topic}.{group}.dlq"


def buried(record: Record, *, group: str, attempts: int, error: str, place: Place | None) -> Record:
    """The record as a dead letter. `place` is None where nobody knows any more."""
    added = {GROUP: group, ATTEMPTS: str(attempts), ERROR: error, TOPIC: record.topic}
    if place is not None:
        added |= {PARTITION: str(place.partition), OFFSET: str(place.offset)}
    headers = [(name, value.encode(errors="replace")) for name, value in added.items()]
    return Record(
        topic=dead_topic(record.topic, group),
        key=record.key,
        value=record.value,
        headers=[*record.headers, *headers],
    )


def dead_letter_of(headers: Headers, value: bytes | None) -> Delivery:
    """Raises ValueError for what is no message of ours."""
    by_name = dict(headers)
    return Delivery(
        message=message_of(headers, value),
        attempt=int(by_name.get(ATTEMPTS, b"1")),
        error=by_name.get(ERROR, b"").decode(),
    )
