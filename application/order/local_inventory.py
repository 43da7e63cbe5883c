"""The Inventory of a process that keeps the holds itself."""

from dataclasses import dataclass

from application.hold.access import own_hold
from application.messages import Context
from application.order.access import visible_order
from application.order.ending import cancel
from application.order.fulfilment import confirm
from application.ports.identity import Ids
from application.ports.inventory import Inventory
from application.ports.unit_of_work import Begin
from application.views.order import OrderView
from domain.event.errors import EventNotFound
from domain.order.order import Buyer, Order
from shared.ids import HoldId, OrderId


@dataclass(frozen=True, slots=True)
class LocalInventory(Inventory):
    begin: Begin
    ids: Ids

    async def checkout(self, hold_id: HoldId, buyer: Buyer, ctx: Context) -> OrderView:
        async with self.begin(ctx) as work:
            hold = await own_hold(work, hold_id, ctx)
            event = await work.events.get(hold.event_id)
            if event is None:
                raise EventNotFound()
            now = await work.now()
            hold = hold.order(at=now)
            event.require_buyable()
            order = Order.place(
                id=OrderId(self.ids.uuid()),
                number=self.ids.order_number(),
                event_id=hold.event_id,
                organizer_id=event.organizer_id,
                live=event.live,
                hold_id=hold.id,
                buyer_id=hold.buyer_id,
                buyer=buyer,
                lines=hold.lines,
                total=hold.total,
                deadline=hold.expires_at,
                at=now,
            )
            if order.is_free:
                hold = hold.convert(at=now)
                order = confirm(work, order, ids=self.ids, at=now)
            work.holds.save(hold)
            work.orders.add(order)
            return await work.commit(OrderView.of(order, None, reader=ctx.actor.user_id, at=now))

    async def let_go(self, order_id: OrderId, ctx: Context) -> OrderView:
        async with self.begin(ctx) as work:
            order = await visible_order(work, order_id, ctx)
            payments = await work.payments.of_order(order.id)
            hold = await work.holds.get(order.hold_id)
            now = await work.now()
            latest = payments[-1] if payments else None
            paying = latest is not None and latest.is_open
            order = cancel(work, order, hold, paying=paying, at=now)
            if latest is not None and latest.is_open:
                work.payments.save(latest := latest.abandon(at=now))
            return await work.commit(OrderView.of(order, latest, reader=ctx.actor.user_id, at=now))
