"""Holds as rows: how they are read, and how those that are due are found, locked and ended."""

from collections.abc import Sequence
from uuid import UUID

from application.ports.unit_of_work import StaleWrite
from domain.hold.hold import Hold, HoldState
from infrastructure.postgres.connections import Record
from infrastructure.postgres.identity import Role
from infrastructure.postgres.lines import lines
from infrastructure.postgres.session import Session
from shared.ids import EventId, HoldId, OrganizerId, UserId
from shared.money import Money

_COLUMNS = """
    h.id, h.event_id, h.organizer_id, h.live, h.buyer_id, h.state, h.total, h.currency,
    h.expires_at, h.latest_expiry, h.extended_for_payment, h.ordered, h.created_at, h.ended_at,
    h.version, h.lines
"""

SELECT = f"SELECT {_COLUMNS} FROM holds h"  # nosec B608: constants only

OF_IDS = f"""
    SELECT {_COLUMNS}, clock_timestamp() AS asked_at FROM holds h WHERE h.id = ANY($1::uuid[])
"""  # nosec B608: constants only

DUE = "h.state = 'ACTIVE' AND h.expires_at <= statement_timestamp()"
"""Past the deadline and not ended.

Due rows are looked for at `statement_timestamp()`, everywhere: the database's clock when this very
statement arrived (not when its transaction began, like `now()`). It is one moment for all rows, and
the planner may look at it; with `clock_timestamp()`, which differs from row to row, no index on
deadlines can be used, and as a sub-select it is taken to match a third of all rows."""

RECENT = "h.id >= holdfast_uuid7_floor(statement_timestamp() - interval '8 days')"
"""Made lately enough to be active still, so that days before are not even opened: a hold lives for
a day at most (the setting's ceiling), and was due for a week before anybody forgets about it.

Ids of other versions sort behind those of version 7, until the year 10889: the bound is a lower one
only, and finds them all. A day's partition has the ids of that day, in the clock of whoever made
them, which the week is far longer than."""

POOLS = "CROSS JOIN LATERAL jsonb_to_recordset(h.lines) AS l (quantity int, pool_ids uuid[])"
"""The lines `l` of the hold `h`."""

_DRAWS = """
    EXISTS (SELECT FROM jsonb_to_recordset(h.lines) AS l (pool_ids uuid[])
            WHERE l.pool_ids && $2::uuid[])
"""

# Those that draw on these pools. Nobody else can be at work on them: their stock is locked.
_LOCK_DUE_OF_POOLS = f"""
    {SELECT}
    WHERE {DUE} AND {RECENT} AND h.event_id = ANY($1) AND h.id <> ALL($3) AND {_DRAWS}
    ORDER BY h.id
    FOR NO KEY UPDATE OF h
"""  # nosec B608: constants only

_ANY_DUE_OF_POOLS = f"""
    SELECT EXISTS (
        SELECT FROM holds h
        WHERE {DUE} AND {RECENT} AND h.event_id = ANY($1) AND h.id <> ALL($3) AND {_DRAWS}
    ) AS found
"""  # nosec B608: constants only

_END = """
    UPDATE holds SET state = 'EXPIRED', version = ended.version, ended_at = $3
    FROM unnest($1::uuid[], $2::int[]) AS ended (id, version)
    WHERE holds.id = ended.id AND holds.version = ended.version - 1
"""


def hold_of(row: Record) -> Hold:
    currency: str = row["currency"]
    return Hold(
        id=HoldId(row["id"]),
        event_id=EventId(row["event_id"]),
        organizer_id=OrganizerId(row["organizer_id"]),
        live=row["live"],
        buyer_id=UserId(row["buyer_id"]),
        state=HoldState(row["state"]),
        lines=lines(row["lines"], currency),
        total=Money(row["total"], currency),
        expires_at=row["expires_at"],
        latest_expiry=row["latest_expiry"],
        extended_for_payment=row["extended_for_payment"],
        ordered=row["ordered"],
        created_at=row["created_at"],
        ended_at=row["ended_at"],
        version=row["version"],
    )


async def any_due(
    session: Session, events: Sequence[UUID], pools: Sequence[UUID], *, but: Sequence[UUID]
) -> bool:
    """Whether holds that are due draw on these pools."""
    (row,) = await session.fetch(_ANY_DUE_OF_POOLS, events, pools, but, as_=Role.SYSTEM)
    return bool(row["found"])


async def expire_due_of(
    session: Session, events: Sequence[UUID], pools: Sequence[UUID], *, but: Sequence[UUID]
) -> list[Hold]:
    """Expires every due hold that draws on these pools; the stock of their events is locked."""
    rows = await session.fetch(_LOCK_DUE_OF_POOLS, events, pools, but, as_=Role.SYSTEM)
    return await end(session, rows)


async def end(session: Session, rows: Sequence[Record]) -> list[Hold]:
    """Expires holds whose rows were locked when they were due."""
    if not rows:
        return []
    at = await session.now()
    expired = [hold_of(row).expire(at=at) for row in rows]
    written = await session.execute(
        _END,
        [hold.id for hold in expired],
        [hold.version for hold in expired],
        at,
        as_=Role.SYSTEM,
    )
    if written != len(expired):
        raise StaleWrite
    return expired
