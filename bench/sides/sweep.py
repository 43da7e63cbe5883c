"""How many holds a second the background ends when their time is over."""

import time
from datetime import timedelta
from uuid import uuid4

import asyncpg

from application.messages import Context, Priority
from infrastructure.postgres.database import Database
from infrastructure.postgres.unit_of_work import PostgresUnitOfWork

_ROUND = 1_000

# A hundred pools, as if a hundred types were on sale, and holds that were due a minute ago. They
# are written past the walls: `database_url` is the owner's.
_POOLS = """
    INSERT INTO stock (pool_id, event_id, capacity, held, sold)
    SELECT gen_random_uuid(), $1, $2, 0, 0 FROM generate_series(1, 100)
"""
_HOLDS = """
    WITH pool AS (
        SELECT pool_id, row_number() OVER () - 1 AS nr FROM stock WHERE event_id = $1
    ), made AS (
        INSERT INTO holds (id, event_id, organizer_id, buyer_id, expires_at, latest_expiry,
                           created_at, ended_at, total, units, version, live,
                           extended_for_payment, ordered, state, currency, lines)
        SELECT overlay(gen_random_uuid()::text PLACING
                       left(holdfast_uuid7_floor(clock_timestamp())::text, 14) || '7' FROM 1)::uuid,
               $1, $1, gen_random_uuid(), now() - interval '1 min', now(),
               now() - interval '6 min', NULL, 0, 2, 1, true, false, false, 'ACTIVE', 'EUR',
               jsonb_build_array(jsonb_build_object(
                   'ticket_type_id', $1::uuid, 'quantity', 2, 'unit_price', 0,
                   'pool_ids', ARRAY[pool.pool_id]))
        FROM generate_series(1, $2::int) AS nr JOIN pool ON pool.nr = nr.nr % 100
    )
    UPDATE stock SET held = held + 2 * (
        SELECT count(*) FROM generate_series(1, $2::int) AS g (nr)
        WHERE g.nr % 100 = pool.nr
    )
    FROM pool WHERE stock.pool_id = pool.pool_id
"""
_LEFT = """
    SELECT (SELECT count(*) FROM holds WHERE event_id = $1 AND state = 'ACTIVE') AS active,
           (SELECT sum(held) FROM stock WHERE event_id = $1) AS held,
           (SELECT count(*) FROM outbox o JOIN holds h ON h.id = o.aggregate_id
            WHERE o.type = 'hold.expired' AND h.event_id = $1) AS told
"""


async def sweep_rate(database_url: str, holds: int) -> float:
    """Makes that many due holds and sweeps them, a thousand at a time as an idle process does;
    returns how many a second. No other hold may be due there. Raises RuntimeError when a unit or a
    fact is missing afterwards."""
    event = uuid4()
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(_POOLS, event, 2 * holds)
        await connection.execute(_HOLDS, event, holds, timeout=600)
        await connection.execute("ANALYZE holds")
        async with Database(database_url, pool_min=2, pool_max=2) as database:
            begin = PostgresUnitOfWork.starter(database, key_wait=timedelta(seconds=1))
            swept, started = 0, time.perf_counter()
            while swept < holds:
                async with begin(Context.system(uuid4(), priority=Priority.LIST)) as work:
                    swept += await work.holds.expire_due(limit=_ROUND)
            seconds = time.perf_counter() - started
        row = await connection.fetchrow(_LEFT, event)
        if row is None or tuple(row) != (0, 0, holds):
            raise RuntimeError(f"after the sweep of {holds} holds: {row}")
        return swept / seconds
    finally:
        await connection.close()
