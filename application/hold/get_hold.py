"""GetHold: one of one's own holds, as it stands now."""

from dataclasses import dataclass

from application.hold.access import own_hold
from application.messages import Context, Query
from application.ports.unit_of_work import Begin
from application.views.hold import HoldView
from shared.ids import HoldId


@dataclass(frozen=True, slots=True, kw_only=True)
class GetHold(Query[HoldView]):
    hold_id: HoldId


@dataclass(frozen=True, slots=True)
class GetHoldHandler:
    """Raises HoldNotFound."""

    begin: Begin

    async def __call__(self, query: GetHold, ctx: Context) -> HoldView:
        async with self.begin(ctx) as work:
            hold = await own_hold(work, query.hold_id, ctx)
            return HoldView.of(hold, at=await work.now())
