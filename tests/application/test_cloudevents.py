"""CloudEvents: what is written is read again, and what nobody wrote is refused by name."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.fact_codec import FACT_TYPES, FactType, Plain
from application.messaging.cloudevents import decode, encode
from application.messaging.message import Message
from shared.ids import OrganizerId

MESSAGE = Message(
    id=UUID("0192f0c1-0000-7000-8000-000000000001"),
    position=17,
    type="hold.created",
    version=1,
    aggregate="hold",
    aggregate_id=UUID("0192f0c1-0000-7000-8000-000000000002"),
    payload={"units": 2, "name": "Zoë\n", "none": None, "live": True, "ids": ["a", ["b", 1]]},
    occurred_at=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    request_id="req-1",
    actor="system",
    organizer_id=OrganizerId(UUID("0192f0c1-0000-7000-8000-000000000003")),
    live=True,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXT,
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


def test_headers() -> None:
    headers, data = encode(MESSAGE)
    assert headers == {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": "0192f0c1-0000-7000-8000-000000000001",
        "ce_source": "/holdfast/hold",
        "ce_type": "hold.created",
        "ce_time": "2026-01-02T03:04:05.678901Z",
        "ce_subject": "0192f0c1-0000-7000-8000-000000000002",
        "ce_dataversion": "1",
        "ce_requestid": "req-1",
        "ce_actor": "system",
        "ce_organizerid": "0192f0c1-0000-7000-8000-000000000003",
        "ce_live": "true",
        "ce_position": "17",
    }
    assert json.loads(data) == MESSAGE.payload


@given(
    st.uuids(),
    st.integers(1, 10**17),
    st.sampled_from(sorted(FACT_TYPES.values(), key=lambda kind: kind.name)),
    st.dictionaries(TEXT, PLAIN, max_size=4),
    st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)),
    TEXT,
    st.none() | st.uuids(),
    st.booleans(),
)
def test_what_is_written_is_read(
    id: UUID,
    position: int,
    kind: FactType,
    payload: dict[str, Plain],
    at: datetime,
    text: str,
    organizer_id: UUID | None,
    live: bool,
) -> None:
    message = replace(
        MESSAGE,
        id=id,
        position=position,
        type=kind.name,
        aggregate=kind.aggregate,
        payload=payload,
        occurred_at=at,
        request_id=text,
        actor=text,
        organizer_id=None if organizer_id is None else OrganizerId(organizer_id),
        live=live,
    )
    assert decode(*encode(message)) == message


def test_moments_of_other_zones_are_the_same_moments() -> None:
    berlin = MESSAGE.occurred_at.astimezone(timezone(timedelta(hours=1)))
    assert encode(replace(MESSAGE, occurred_at=berlin)) == encode(MESSAGE)


@pytest.mark.parametrize("name", [each for each in encode(MESSAGE)[0] if each != "ce_organizerid"])
def test_a_header_that_is_missing(name: str) -> None:
    headers, data = encode(MESSAGE)
    del headers[name]
    with pytest.raises(ValueError, match="missing|content type"):
        decode(headers, data)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("content-type", "text/plain"),
        ("ce_specversion", "0.3"),
        ("ce_id", "1"),
        ("ce_id", "0192F0C1-0000-7000-8000-000000000001"),
        ("ce_id", "{0192f0c1-0000-7000-8000-000000000001}"),
        ("ce_source", "/somebody/hold"),
        ("ce_source", "/holdfast/Hold"),
        ("ce_source", "/holdfast/hold/1"),
        ("ce_type", "hold"),
        ("ce_type", "hold.created\n"),
        ("ce_time", "yesterday"),
        ("ce_time", "2026-01-02T03:04:05"),
        ("ce_time", "2026-13-02T03:04:05Z"),
        ("ce_time", "2026-01-02"),
        ("ce_subject", ""),
        ("ce_dataversion", "0"),
        ("ce_dataversion", "1.0"),
        ("ce_dataversion", "١"),
        ("ce_position", "-1"),
        ("ce_position", "9" * 5_000),
        ("ce_live", "True"),
        ("ce_requestid", "a\0b"),
        ("ce_actor", "\ud800"),
        ("ce_organizerid", ""),
    ],
)
def test_a_header_that_is_none_of_ours(name: str, value: str) -> None:
    headers, data = encode(MESSAGE)
    headers[name] = value
    with pytest.raises(ValueError):
        decode(headers, data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b'{"a": 1.5}',
        b'{"a": 1e400}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": {"b": 1}}',
        b'{"a": [{"b": 1}]}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": "\\ud800"}',
        b'\xff{"a": 1}',
        b'{"a": ' + b"9" * 10_000 + b"}",
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_data_that_is_none_of_ours(data: bytes) -> None:
    headers, _ = encode(MESSAGE)
    with pytest.raises(ValueError):
        decode(headers, data)
