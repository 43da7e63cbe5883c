"""What is left, of any number of events at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.stock import Stock
from infrastructure.postgres.connections import Record
from infrastructure.postgres.hold_rows import DUE, POOLS, RECENT
from infrastructure.postgres.identity import Role
from shared.ids import EventId, PoolId

# One statement is one snapshot: the counters, and the holds that do not count any more.
_OF_EVENTS = f"""
    WITH due AS (
        SELECT drawn.pool_id, sum(l.quantity) AS units
        FROM holds h {POOLS}
        CROSS JOIN unnest(l.pool_ids) AS drawn (pool_id)
        WHERE h.event_id = ANY($1) AND {DUE} AND {RECENT}
        GROUP BY drawn.pool_id
    )
    SELECT asked.event_id, s.pool_id, s.capacity, s.held - coalesce(due.units, 0)::int AS held,
           s.sold, statement_timestamp() AS at
    FROM unnest($1::uuid[]) AS asked (event_id)
    LEFT JOIN stock s ON s.event_id = asked.event_id
    LEFT JOIN due ON due.pool_id = s.pool_id
    ORDER BY s.pool_id
"""  # nosec B608: constants only


class Reader(Protocol):
    """A `Session`, in whose name the rest is read, though this is not."""

    async def fetch(self, sql: str, *args: object, as_: Role | None = None) -> list[Record]: ...


async def read(
    session: Reader, event_ids: Sequence[EventId]
) -> dict[EventId, tuple[list[Stock], datetime]]:
    """The counters of each event's pools, and the moment they are of: the database's clock when
    this statement arrived. Units of holds past their deadline are not held. An event without
    stock, or none at all, has an empty list."""
    found: dict[EventId, tuple[list[Stock], datetime]] = {}
    wanted: list[UUID] = sorted(set(event_ids))
    for row in await session.fetch(_OF_EVENTS, wanted, as_=Role.SYSTEM):
        stocks, _ = found.setdefault(EventId(row["event_id"]), ([], row["at"]))
        if row["pool_id"] is not None:
            stocks.append(stock_of(row))
    return found


def stock_of(row: Record) -> Stock:
    return Stock(
        pool_id=PoolId(row["pool_id"]),
        capacity=row["capacity"],
        held=row["held"],
        sold=row["sold"],
    )
