"""Whose hold it is."""

from application.messages import Context
from application.ports.unit_of_work import UnitOfWork
from domain.hold.errors import HoldNotFound
from domain.hold.hold import Hold
from shared.ids import HoldId


async def own_hold(work: UnitOfWork, hold_id: HoldId, ctx: Context) -> Hold:
    """Raises HoldNotFound, also for somebody else's."""
    hold = await work.holds.get(hold_id)
    if hold is None or hold.buyer_id != ctx.user_id:
        raise HoldNotFound()
    return hold
