"""CancelOrder: by its buyer or organizer, as long as no money was promised.

An open payment is abandoned with the same commit; whatever it still brings in is cancelled at the
provider or given back.
"""

from dataclasses import dataclass
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.order.access import visible_order
from application.order.ending import cancel
from application.ports.unit_of_work import Begin
from application.views.order import OrderView
from shared.ids import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder(Command[OrderView]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.REQUIRED
    keeps_refusals: ClassVar[bool] = True

    order_id: OrderId


@dataclass(frozen=True, slots=True)
class CancelOrderHandler:
    """Raises OrderNotFound, RoleMissing, OrderNotCancellable."""

    begin: Begin

    async def __call__(self, command: CancelOrder, ctx: Context) -> OrderView:
        async with self.begin(ctx) as work:
            order = await visible_order(work, command.order_id, ctx)
            payments = await work.payments.of_order(order.id)
            hold = await work.holds.get(order.hold_id)
            now = await work.now()
            latest = payments[-1] if payments else None
            paying = latest is not None and latest.is_open
            order = cancel(work, order, hold, paying=paying, at=now)
            if latest is not None and latest.is_open:
                work.payments.save(latest := latest.abandon(at=now))
            return await work.commit(OrderView.of(order, latest, reader=ctx.actor.user_id, at=now))
