"""ReleaseHold: give held stock back."""

from dataclasses import dataclass

from application.hold.access import own_hold
from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.views.hold import HoldView
from shared.ids import HoldId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHold(Command[HoldView]):
    hold_id: HoldId


@dataclass(frozen=True, slots=True)
class ReleaseHoldHandler:
    """Raises HoldNotFound, HoldExpired, HoldNotActive, HoldHasOrder."""

    begin: Begin

    async def __call__(self, command: ReleaseHold, ctx: Context) -> HoldView:
        async with self.begin(ctx) as work:
            hold = await own_hold(work, command.hold_id, ctx)
            now = await work.now()
            released = hold.release(at=now)
            work.holds.save(released)
            work.stock.give_back(hold.lines)
            return await work.commit(HoldView.of(released, at=now))
