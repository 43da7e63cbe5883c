"""Messages as entries of a stream: CloudEvents in binary mode, attributes and data as fields."""

import logging
from collections.abc import Mapping
from typing import Final

from application.messaging import cloudevents
from application.messaging.message import Message
from application.ports.broker import Delivery

Fields = Mapping[bytes, bytes]

_DATA: Final = b"data"
_GROUP: Final = b"dlq_group"
_ATTEMPTS: Final = b"dlq_attempts"
_ERROR: Final = b"dlq_error"

_logger = logging.getLogger(__name__)


def dead_stream(topic: str, group: str) -> str:
    return f"{topic}.{group}.dlq"


def fields_of(message: Message) -> dict[bytes, bytes]:
    headers, data = cloudevents.encode(message)
    return {name.encode(): value.encode() for name, value in headers.items()} | {_DATA: data}


def message_of(fields: Fields) -> Message:
    """Raises ValueError for what is no message of ours."""
    headers = {name.decode(): each.decode() for name, each in fields.items() if name != _DATA}
    return cloudevents.decode(headers, fields.get(_DATA, b""))


def buried(fields: Fields, *, group: str, attempts: int, error: str) -> dict[bytes, bytes]:
    return {
        **fields,
        _GROUP: group.encode(),
        _ATTEMPTS: str(attempts).encode(),
        _ERROR: error.encode(errors="replace"),
    }


def dead_letter_of(fields: Fields) -> Delivery | None:
    """None for what was put there as it came, being no message of ours."""
    try:
        return Delivery(
            message=message_of(fields),
            attempt=int(fields.get(_ATTEMPTS, b"1")),
            error=fields.get(_ERROR, b"").decode(),
        )
    except ValueError as error:
        _logger.warning("a dead letter is no message: %s", error)
        return None
