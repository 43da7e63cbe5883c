"""Rows of our tables as SQL, for whoever writes many of them at once: seeds and yardsticks."""

import json
from collections.abc import Mapping

import asyncpg

_NEEDED = """
    SELECT attname AS name FROM pg_attribute
    WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
      AND attnotnull AND NOT atthasdef AND attidentity = ''
"""


_ID = "01936b2a-7c00-7a10-8000-000000000003"
_ANSWER = json.dumps(
    {
        "id": _ID,
        "event_id": _ID,
        "state": "ACTIVE",
        "lines": [
            {
                "ticket_type_id": _ID,
                "quantity": 1,
                "unit_price": {"amount": 2500, "currency": "EUR"},
            }
        ],
        "total": {"amount": 2500, "currency": "EUR"},
        "expires_at": "2026-11-21T10:20:00Z",
        "created_at": "2026-11-21T10:15:00Z",
    }
)
"""As long as ours."""


def hold_columns(
    *, hold: str, event: str, organizer: str, buyer: str, ticket_type: str, pool: str
) -> dict[str, str]:
    """An active hold of one unit, made now. Arguments are SQL expressions."""
    line = (
        f"jsonb_build_object('ticket_type_id', {ticket_type}, 'quantity', 1,"
        f" 'unit_price', 2500, 'pool_ids', jsonb_build_array({pool}))"
    )
    return {
        "id": hold,
        "event_id": event,
        "organizer_id": organizer,
        "live": "true",
        "buyer_id": buyer,
        "state": "'ACTIVE'",
        "lines": f"jsonb_build_array({line})",
        "units": "1",
        "total": "2500",
        "currency": "'EUR'",
        "expires_at": "clock_timestamp() + interval '2 hours'",
        "latest_expiry": "clock_timestamp() + interval '3 hours'",
        "extended_for_payment": "false",
        "ordered": "false",
        "created_at": "clock_timestamp()",
        "ended_at": "NULL::timestamptz",
        "version": "1",
    }


def key_columns(*, actor: str, key: str) -> dict[str, str]:
    """The idempotency key of a hold, answered, as long as ours are."""
    return {
        "actor": actor,
        "operation": "'CreateHold'",
        "key": key,
        "fingerprint": f"'\\x{bytes(32).hex()}'::bytea",
        "answer": f"'{_ANSWER}'::jsonb",
        "final": "true",
        "created_at": "clock_timestamp()",
    }


def fact_columns(*, fact: str, hold: str, event: str, buyer: str, actor: str) -> dict[str, str]:
    """The fact that a hold was placed."""
    return {
        "id": fact,
        "type": "'hold.created'",
        "version": "1",
        "aggregate_type": "'hold'",
        "aggregate_id": hold,
        "payload": f"jsonb_build_object('hold_id', {hold}, 'event_id', {event},"
        f" 'buyer_id', {buyer}, 'units', 1, 'expires_at', clock_timestamp())",
        "occurred_at": "clock_timestamp()",
        "request_id": "'01936b2a-7c00-7a10-8000-000000000009'",
        "actor": actor,
    }


async def insert(
    connection: asyncpg.Connection, table: str, columns: Mapping[str, str], source: str
) -> str:
    """INSERT INTO table (…) SELECT … `source`. Raises ValueError for a column that was added to the
    table, needs a value and has none here."""
    needed = {row["name"] for row in await connection.fetch(_NEEDED, table)}
    if unknown := sorted(needed - set(columns)):
        raise ValueError(f"{table} has columns that are not known here: {', '.join(unknown)}")
    names, values = ", ".join(columns), ", ".join(columns.values())
    return f"INSERT INTO {table} ({names}) SELECT {values} {source}"  # nosec B608: constants
