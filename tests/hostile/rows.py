"""All that a database holds, comparable with another that saw the same calls."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from tests.conftest import in_thread

_TABLES = """
    SELECT relname::text AS table_name, array_agg(attname::text) AS columns
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND relname <> 'alembic_version'
    GROUP BY relname
"""
_UNDER_WAY = """
    SELECT (SELECT count(*) FROM mails)
         + (SELECT count(*) FROM provider_events WHERE processed_at IS NULL)
         + (SELECT count(*) FROM refunds WHERE due_at IS NOT NULL)
         + (SELECT count(*) FROM outbox WHERE log_position IS NULL)
         + (SELECT count(*) FROM log_cursors
            WHERE log_position < (SELECT max(log_position) FROM outbox))
         + (SELECT count(*) FROM webhook_deliveries WHERE next_attempt_at IS NOT NULL
            AND attempts = 0)
"""
_RANDOM: Final = frozenset(
    {
        "number",
        "code",
        "hint",
        "key",
        "next_page_token",
        "client_secret",
        "redirect_url",
        "event_id",
    }
)
"""Made anew each time: of orders, tickets, API keys and payments. (An event's id is a UUID.)"""
_COUNTERS: Final = "login_attempts"
"""Hashes of addresses, and when they were tried."""

_BESIDE: Final[Mapping[str, frozenset[str]]] = {
    "outbox": frozenset({"position", "log_position"}),
    "log_cursors": frozenset({"log_position"}),
    "webhook_deliveries": frozenset({"attempts"}),
}
"""What the background does meanwhile has its place among what calls do, sooner or later."""

_IN_ANY_ORDER: Final = frozenset({"proofs", "webhook_deliveries"})
"""Made when their mails are sent, several at once, or when the log is read, beside what calls make:
nobody decides which of two is the first."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_HASH = re.compile(r"\$argon2\S+")
_RUN = re.compile(r"[0-9a-f]{32}")
_REFERENCE = re.compile(r"\b(?:sim|re)_\w+")

Rows = Mapping[str, Counter[str]]


async def columns(url: str) -> dict[str, list[str]]:
    """Of each table."""
    connection = await asyncpg.connect(url)
    try:
        return {row["table_name"]: row["columns"] for row in await connection.fetch(_TABLES)}
    finally:
        await connection.close()


def rows_of(url: str) -> Rows:
    """What each table holds when nothing is under way any more: an id is the number of its row,
    which is the order of creation; a moment is only told to be one."""
    return in_thread(lambda: _rows(url))


def rest(url: str) -> None:
    """Until nothing is under way."""
    in_thread(lambda: _rest(url))


def empty(url: str) -> None:
    """As when it was made, under a server that runs: its readers of the log begin anew."""
    in_thread(lambda: _empty(url))


async def _empty(url: str) -> None:
    tables = (await columns(url)).keys() - {"log_cursors"}
    connection = await asyncpg.connect(url)
    try:
        await _at_rest(connection)
        async with connection.transaction():
            # A job of the server may look at the same tables in another order: it gives way.
            await connection.execute("SET LOCAL deadlock_timeout = '1h'")
            await connection.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")
            await connection.execute("UPDATE log_cursors SET log_position = 0")
    finally:
        await connection.close()


async def _rest(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await _at_rest(connection)
    finally:
        await connection.close()


async def _at_rest(connection: asyncpg.Connection) -> None:
    await connection.execute("SET statement_timeout = '20s'")
    while await connection.fetchval(_UNDER_WAY):
        await connection.fetchval("SELECT pg_sleep(0.02)")


async def _rows(url: str) -> Rows:
    tables = await columns(url)
    connection = await asyncpg.connect(url)
    try:
        await _at_rest(connection)
        found = {
            name: [dict(row) for row in await connection.fetch(f'SELECT * FROM "{name}"')]
            for name in tables
            if name != _COUNTERS
        }
    finally:
        await connection.close()
    names = dict(_names(found))
    return {
        table: Counter(
            msgspec.json.encode(
                {
                    column: _plain(column, value, names)
                    for column, value in row.items()
                    if column not in _BESIDE.get(table, ())
                }
            ).decode()
            for row in rows
        )
        for table, rows in found.items()
    }


def _names(found: Mapping[str, list[dict[str, object]]]) -> Iterator[tuple[str, str]]:
    for table, rows in found.items():
        ids = sorted(str(row["id"]) for row in rows if isinstance(row.get("id"), UUID))
        if table in _IN_ANY_ORDER:
            yield from ((each, f"<{table}>") for each in ids)
        elif table != "outbox":
            yield from ((each, f"<{table} {number}>") for number, each in enumerate(ids))


def _plain(name: str, value: object, names: Mapping[str, str]) -> object:
    match value:
        case int() if name == "looks":  # at a payment under way: how long it has been so
            return "<looks>"
        case None | bool() | int():
            return value
        case datetime():
            return "<time>"
        case bytes():
            return "<bytes>"
        case list():
            return [_plain(name, each, names) for each in value]
        case dict():
            return {each: _plain(each, at, names) for each, at in value.items()}
        case str() if name in _RANDOM:
            return f"<{name}>"
        case str() if value[:1] in "{[" and value:
            return _plain(name, msgspec.json.decode(value), names)
        case _:
            return _text(name, str(value), names)


def _text(name: str, value: str, names: Mapping[str, str]) -> str:
    if name == "request_id":
        return "<request>"
    value = _UUID.sub(lambda at: names.get(at[0], "<id>"), value)
    for pattern, shown in ((_TIME, "<time>"), (_HASH, "<hash>"), (_REFERENCE, "<reference>")):
        value = pattern.sub(shown, value)
    return _RUN.sub("<run>", value)
