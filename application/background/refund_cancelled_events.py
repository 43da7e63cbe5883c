"""Asks for the refunds of cancelled events: everything that is left of every order.

What is still to be done follows from the rows alone, so it does not matter when it is killed, or
how many processes run it. One round asks for no more than providers bear in a second; the refunds
themselves are carried out as any others are.
"""

from dataclasses import dataclass, field

from application.messages import Context, Priority
from application.payment.requesting import load_paid, request_refund, void
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin, StaleWrite
from domain.order.order import OrderState
from domain.order.refund import EVENT_CANCELLED
from shared.ids import OrderId, RefundId

_REFUNDABLE = (OrderState.CONFIRMED, OrderState.PARTIALLY_REFUNDED)


@dataclass(slots=True)
class RefundCancelledEvents:
    """Every `limit` orders are one round."""

    begin: Begin
    ids: Ids
    limit: int
    _after: OrderId | None = field(default=None, init=False)
    """Where the next round goes on: orders whose money is disputed or on its way are looked at
    again when all others have been."""

    async def __call__(self) -> int:
        """Answers of how many something became; the next round waits its turn in any case."""
        ctx = Context.system(self.ids.uuid(), priority=Priority.READ)
        async with self.begin(ctx) as work:
            found = await work.orders.of_cancelled_events(after=self._after, limit=self.limit)
        done = 0
        for order_id in found:
            try:
                done += await self._refund(order_id, ctx)
            except StaleWrite:
                continue  # somebody is at it: it is found again
        self._after = found[-1] if len(found) == self.limit else None
        return done

    async def _refund(self, order_id: OrderId, ctx: Context) -> bool:
        async with self.begin(ctx) as work:
            order = await work.orders.get(order_id)
            if order is None or order.state not in _REFUNDABLE:
                return False
            paid, now = await load_paid(work, order), await work.now()
            if order.is_free:
                work.orders.save(order.end_free(at=now))
                void(work, order, paid.issued, return_stock=True, at=now)
            elif paid.left.is_zero:
                return False
            else:
                request_refund(
                    work,
                    paid,
                    id=RefundId(self.ids.uuid()),
                    amount=paid.left,
                    tickets=paid.issued,
                    reason=EVENT_CANCELLED,
                    return_stock=True,
                    at=now,
                )
            await work.commit(None)
        return True
