"""Whose hold it is."""

from application.ports.unit_of_work import UnitOfWork
from domain.hold.errors import HoldNotFound
from domain.hold.hold import Hold
from shared.ids import HoldId, UserId


async def own_hold(work: UnitOfWork, hold_id: HoldId, user_id: UserId) -> Hold:
    """Raises HoldNotFound, also for somebody else's."""
    hold = await work.holds.get(hold_id)
    if hold is None or hold.buyer_id != user_id:
        raise HoldNotFound()
    return hold
