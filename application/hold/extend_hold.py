"""ExtendHold: keep stock a little longer, up to a ceiling."""

from dataclasses import dataclass

from application.hold.access import own_hold
from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.views.hold import HoldView
from domain.hold.hold import HoldTerms
from shared.ids import HoldId


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendHold(Command[HoldView]):
    hold_id: HoldId


@dataclass(frozen=True, slots=True)
class ExtendHoldHandler:
    """Raises HoldNotFound, HoldExpired, HoldNotActive, ExtensionLimitReached."""

    begin: Begin
    terms: HoldTerms

    async def __call__(self, command: ExtendHold, ctx: Context) -> HoldView:
        async with self.begin(ctx) as work:
            hold = await own_hold(work, command.hold_id, ctx)
            order = await work.orders.by_hold(hold.id) if hold.ordered else None
            now = await work.now()
            hold = hold.extend(by=self.terms.ttl, at=now)
            if hold.facts:
                work.holds.save(hold)
            if order is not None and order.is_payable(at=now):
                order = order.wait_until(hold.expires_at, at=now)
                if order.facts:
                    work.orders.save(order)
            return await work.commit(HoldView.of(hold, at=now))
