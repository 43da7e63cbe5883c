"""Messages as CloudEvents 1.0 in binary mode: attributes as headers, the payload as JSON.

Reading is strict. What comes from a broker may have been put there by anybody.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NoReturn
from uuid import UUID

from application.fact_codec import Plain
from application.messaging.message import Message
from shared.ids import OrganizerId

CONTENT_TYPE: Final = "application/json"

_SOURCE: Final = re.compile(r"/holdfast/([a-z][a-z0-9_]{0,62})")
_TYPE: Final = re.compile(r"[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")
_BOOLEANS: Final = {"true": True, "false": False}


def encode(message: Message) -> tuple[dict[str, str], bytes]:
    """Headers and data."""
    headers = {
        "content-type": CONTENT_TYPE,
        "ce_specversion": "1.0",
        "ce_id": str(message.id),
        "ce_source": f"/holdfast/{message.aggregate}",
        "ce_type": message.type,
        "ce_time": message.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "ce_subject": str(message.aggregate_id),
        "ce_dataversion": str(message.version),
        "ce_requestid": message.request_id,
        "ce_actor": message.actor,
        "ce_live": "true" if message.live else "false",
        "ce_position": str(message.position),
    }
    if message.organizer_id is not None:
        headers["ce_organizerid"] = str(message.organizer_id)
    data = json.dumps(message.payload, ensure_ascii=False, separators=(",", ":"))
    return headers, data.encode()


def decode(headers: Mapping[str, str], data: bytes) -> Message:
    """Raises ValueError, which names what is wrong, for whatever `encode` did not make."""
    if headers.get("content-type") != CONTENT_TYPE:
        raise ValueError(f"not of the content type {CONTENT_TYPE}")
    if _header(headers, "ce_specversion") != "1.0":
        raise ValueError("ce_specversion is not 1.0")
    organizer_id = None
    if "ce_organizerid" in headers:
        organizer_id = OrganizerId(_uuid(headers, "ce_organizerid"))
    return Message(
        id=_uuid(headers, "ce_id"),
        position=int(_matching(headers, "ce_position", _NUMBER)[0]),
        type=_matching(headers, "ce_type", _TYPE)[0],
        version=int(_matching(headers, "ce_dataversion", _NUMBER)[0]),
        aggregate=_matching(headers, "ce_source", _SOURCE)[1],
        aggregate_id=_uuid(headers, "ce_subject"),
        payload=_payload(data),
        occurred_at=datetime.fromisoformat(_matching(headers, "ce_time", _MOMENT)[0]),
        request_id=_header(headers, "ce_requestid"),
        actor=_header(headers, "ce_actor"),
        organizer_id=organizer_id,
        live=_boolean(headers, "ce_live"),
    )


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if value is None:
        raise ValueError(f"{name} is missing")
    return _text(value, name)


def _matching(headers: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> re.Match[str]:
    match = pattern.fullmatch(_header(headers, name))
    if match is None:
        raise ValueError(f"{name} is malformed")
    return match


def _uuid(headers: Mapping[str, str], name: str) -> UUID:
    text = _header(headers, name)
    try:
        value = UUID(text)
    except ValueError:
        raise ValueError(f"{name} is no UUID") from None
    if str(value) != text:
        raise ValueError(f"{name} is not written as UUIDs are")
    return value


def _boolean(headers: Mapping[str, str], name: str) -> bool:
    value = _BOOLEANS.get(_header(headers, name))
    if value is None:
        raise ValueError(f"{name} is neither true nor false")
    return value


def _payload(data: bytes) -> Mapping[str, Plain]:
    try:
        read = json.loads(
            data.decode(),
            object_pairs_hook=_object,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the data is not the JSON of a message: {error}") from None
    if not isinstance(read, dict):
        raise ValueError("the data is no JSON object")
    return {_text(name, "a name"): _plain(value) for name, value in read.items()}


def _object(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a name stands there twice")
    return read


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of a message")


def _plain(value: object) -> Plain:
    match value:
        case str():
            return _text(value, "a text")
        case None | bool() | int():
            return value
        case list():
            return [_plain(each) for each in value]
    raise ValueError("the data has an object inside of it")


def _text(value: str, name: str) -> str:
    """What the database can keep."""
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError(f"{name} has characters that are none")
    return value
