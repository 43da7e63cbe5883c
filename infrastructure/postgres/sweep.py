"""The sweep: gives back the stock of holds past their deadline, in a transaction of its own."""

from collections.abc import Callable

from domain import stock as rule
from infrastructure.postgres.hold_rows import DUE, SELECT, end
from infrastructure.postgres.outbox import Outbox
from infrastructure.postgres.session import Session
from infrastructure.postgres.stock import lock, write

# Which holds, and which counters to lock before they are. Two may find the same ones.
_FIND = f"""
    SELECT h.id, (SELECT array_agg(DISTINCT drawn.pool_id)
                  FROM jsonb_to_recordset(h.lines) AS l (pool_ids uuid[])
                  CROSS JOIN unnest(l.pool_ids) AS drawn (pool_id)) AS pool_ids
    FROM holds h
    WHERE {DUE}
    ORDER BY h.expires_at
    LIMIT $1
"""  # nosec B608: constants only

# Looked at again now that nobody else can end them; whoever is extending one keeps it.
_LOCK = f"""
    {SELECT}
    WHERE h.id = ANY($1) AND {DUE}
    ORDER BY h.id
    FOR NO KEY UPDATE OF h SKIP LOCKED
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
            found = await session.fetch(_FIND, limit)
            if not found:
                return 0
            await session.begin()
            before = await lock(session, list({pool for row in found for pool in row["pool_ids"]}))
            rows = await session.fetch(_LOCK, [row["id"] for row in found])
            expired = await end(session, rows)
            freed = [line for hold in expired for line in hold.lines]
            await write(session, before, rule.give_back(before, freed))
            await Outbox(session).write([fact for hold in expired for fact in hold.facts])
            await session.commit()
            return len(expired)
        finally:
            await session.close()
