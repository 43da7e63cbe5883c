"""Holds that are there already, with their keys and facts: as if sold in the last hours."""

import asyncio
from collections.abc import Mapping

import asyncpg

from bench.world.rows import fact_columns, hold_columns, insert, key_columns
from bench.world.sale import Sale

_CHUNK = 250_000


async def grow(url: str, sale: Sale, count: int, *, after: int = 0) -> None:
    """`count` holds by as many buyers of the past, for the second event: half of them active, the
    others expired. All of them lie in today's partitions, which is the hardest case. `after` is
    how many there are already."""
    connection = await asyncpg.connect(url)
    try:
        for first in range(after, after + count, _CHUNK):
            await _grow(url, connection, sale, first, min(first + _CHUNK, after + count))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _grow(url: str, connection: asyncpg.Connection, sale: Sale, first: int, end: int) -> None:
    each = sale.wide[first // _CHUNK % len(sale.wide)]
    event, ticket_type, pool = (f"'{id}'::uuid" for id in (each.event_id, each.id, each.pool_id))
    holds = hold_columns(
        hold="past.hold",
        event=event,
        organizer=f"'{sale.organizer_id}'::uuid",
        buyer="past.buyer",
        ticket_type=ticket_type,
        pool=pool,
    )
    holds["state"] = "CASE WHEN past.active THEN 'ACTIVE' ELSE 'EXPIRED' END"
    holds["ended_at"] = "CASE WHEN NOT past.active THEN clock_timestamp() END"
    actor = "past.buyer::text"
    keys = key_columns(actor=actor, key="past.key")
    facts = fact_columns(
        fact="uuidv7()", hold="past.hold", event=event, buyer="past.buyer", actor=actor
    )
    facts["type"] = "'hold.imported'"  # the audit does not ask how those came and went
    await connection.execute(
        f"CREATE UNLOGGED TABLE past AS SELECT uuidv7(interval '-1 minute') AS hold,"  # nosec B608
        f" gen_random_uuid() AS buyer, 'past-' || lpad(nr::text, 20, '0') AS key,"
        f" nr % 2 = 0 AS active FROM generate_series({first}, {end - 1}) AS nr"
    )
    await asyncio.gather(
        *(
            _fill(url, table, columns)
            for table, columns in (
                ("public.holds", holds),
                ("public.idempotency_keys", keys),
                ("public.outbox", facts),
            )
        )
    )
    await connection.execute(
        "UPDATE stock SET held = held + (SELECT count(*) FROM past WHERE active)"
        " WHERE pool_id = $1",
        each.pool_id,
    )
    await connection.execute("DROP TABLE past")


async def _fill(url: str, table: str, columns: Mapping[str, str]) -> None:
    """The tables at the same time, each on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        sql = await insert(connection, table, columns, "FROM past")
        await connection.execute(sql, timeout=600)
    finally:
        await connection.close()
