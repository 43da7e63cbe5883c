"""What helps when stock is short: holds that are due are expired before anybody is refused."""

from collections.abc import Sequence
from uuid import UUID

from domain import stock as rule
from infrastructure.postgres.availability import stock_of
from infrastructure.postgres.hold_rows import expire_due_of
from infrastructure.postgres.outbox import Outbox
from infrastructure.postgres.session import Session
from infrastructure.postgres.stock import LOCK_WHOLE_EVENTS, write
from shared.ids import PoolId


async def relieve(session: Session, pools: Sequence[UUID], *, but: Sequence[UUID]) -> None:
    """Expires every due hold that draws on these pools, apart from those in `but`, in a transaction
    of its own; the session is the system's, and ends with it.

    Such holds may draw on other pools of their event too: the counters of whole events are locked,
    in id order as everywhere.
    """
    try:
        await session.begin()
        rows = await session.fetch(LOCK_WHOLE_EVENTS, pools)
        before = {PoolId(row["pool_id"]): stock_of(row) for row in rows}
        events = sorted({row["event_id"] for row in rows})
        expired = await expire_due_of(session, events, pools, but=but)
        freed = [line for hold in expired for line in hold.lines]
        await write(session, before, rule.give_back(before, freed))
        await Outbox(session).write([fact for hold in expired for fact in hold.facts])
        await session.commit()
    finally:
        await session.close()
