"""The sweep: gives back the stock of holds past their deadline, in a transaction of its own.

It does to many holds in one statement what `Hold.expire` and `stock.give_back` do to one: thousands
of aggregates a second would be built only to be forgotten. A test compares the two.
"""

from collections.abc import Callable

from uuid_utils.compat import uuid7

from application.fact_codec import FACT_TYPES
from domain.hold.facts import HoldLapsed
from infrastructure.postgres.hold_rows import DUE, POOLS
from infrastructure.postgres.session import Session

# Which holds, and which counters to lock before they are. Two may find the same ones.
_FIND = f"""
    WITH due AS MATERIALIZED (
        SELECT h.id, h.lines FROM holds h WHERE {DUE} ORDER BY h.expires_at LIMIT $1
    )
    SELECT ARRAY(SELECT id FROM due) AS ids,
           ARRAY(SELECT DISTINCT drawn.pool_id
                 FROM due h {POOLS} CROSS JOIN unnest(l.pool_ids) AS drawn (pool_id)) AS pool_ids
"""  # nosec B608: constants only

_LOCK_STOCK = """
    SELECT count(*) AS locked FROM (
        SELECT FROM stock WHERE pool_id = ANY($1) ORDER BY pool_id FOR UPDATE
    ) AS rows
"""

# Looked at again now that nobody else can end them; whoever is extending one keeps it. `moved` has
# to be as many as `freed`: units of a pool without counters would be lost.
_END = f"""
    WITH due AS MATERIALIZED (
        SELECT h.id, h.event_id, h.lines FROM holds h
        WHERE h.id = ANY($1) AND {DUE}
        ORDER BY h.id
        FOR NO KEY UPDATE OF h SKIP LOCKED
    ), ended AS (
        UPDATE holds SET state = 'EXPIRED', version = version + 1,
                         ended_at = statement_timestamp()
        FROM due WHERE holds.id = due.id
        RETURNING holds.id, holds.event_id
    ), freed AS (
        SELECT drawn.pool_id, sum(l.quantity)::int AS units
        FROM due h {POOLS} CROSS JOIN unnest(l.pool_ids) AS drawn (pool_id)
        GROUP BY drawn.pool_id
    ), moved AS (
        UPDATE stock SET held = stock.held - freed.units
        FROM freed WHERE stock.pool_id = freed.pool_id
        RETURNING stock.pool_id
    ), told AS (
        INSERT INTO outbox (id, type, version, aggregate_type, aggregate_id, payload, occurred_at,
                            request_id, actor)
        SELECT made.id, $3, $4, $5, fact.id,
               jsonb_build_object('hold_id', fact.id, 'event_id', fact.event_id),
               statement_timestamp(), $6, $7
        FROM (SELECT id, event_id, row_number() OVER (ORDER BY id) AS nr FROM ended) AS fact
        JOIN unnest($2::uuid[]) WITH ORDINALITY AS made (id, nr) USING (nr)
        ORDER BY nr
        RETURNING id
    )
    SELECT (SELECT count(*) FROM due) AS due, (SELECT count(*) FROM ended) AS ended,
           (SELECT count(*) FROM told) AS told,
           (SELECT count(*) FROM freed) = (SELECT count(*) FROM moved) AS all_moved
"""  # nosec B608: constants only


class Sweep:
    """Stock before holds, both in id order, as everywhere."""

    def __init__(self, session: Callable[[], Session]) -> None:
        """`session` makes a new one: the sweep does not share the caller's transaction."""
        self._session = session

    async def run(self, *, limit: int) -> int:
        """Expires up to `limit` holds; returns how many."""
        session = self._session()
        try:
            (found,) = await session.fetch(_FIND, limit)
            ids = found["ids"]
            if not ids:
                return 0
            await session.begin()
            await session.fetch(_LOCK_STOCK, found["pool_ids"])
            kind = FACT_TYPES[HoldLapsed]
            (row,) = await session.fetch(
                _END,
                ids,
                [uuid7() for _ in ids],
                kind.name,
                kind.version,
                kind.aggregate,
                session.ctx.request_id,
                session.ctx.actor.id,
            )
            swept: int = row["due"]
            if not row["ended"] == row["told"] == swept or not row["all_moved"]:
                raise RuntimeError(f"the sweep of {swept} holds would not be whole: {dict(row)}")
            await session.commit()
            return swept
        finally:
            await session.close()
