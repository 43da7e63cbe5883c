"""Ends unpaid orders past their deadline that have no open payment.

Those with an open payment are the purchase process's: it asks the provider to cancel first.
"""

from dataclasses import dataclass

from application.messages import Context, Priority
from application.order.ending import expire
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin, StaleWrite
from domain.order.payment import PaymentState
from shared.ids import OrderId


@dataclass(frozen=True, slots=True)
class ExpireOrders:
    begin: Begin
    ids: Ids
    limit: int

    async def __call__(self) -> int:
        ctx = Context.system(self.ids.uuid(), priority=Priority.SALE)
        async with self.begin(ctx) as work:
            due = await work.orders.due(limit=self.limit)
        for order_id in due:
            await self._expire(order_id, ctx)
        return len(due)

    async def _expire(self, order_id: OrderId, ctx: Context) -> None:
        try:
            async with self.begin(ctx) as work:
                order = await work.orders.get(order_id)
                payments = await work.payments.of_order(order_id)
                now = await work.now()
                if order is None or not order.is_due(at=now):
                    return
                if any(each.is_open or each.state is PaymentState.CAPTURED for each in payments):
                    return  # paid in time, or perhaps: the purchase process decides
                expire(work, order, await work.holds.get(order.hold_id), at=now)
                await work.commit(None)
        except StaleWrite:
            return  # somebody else changed it; if it is still due, the next round sees it
