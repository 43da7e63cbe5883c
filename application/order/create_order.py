"""CreateOrder (checkout): turn a hold into an order. Free orders are confirmed at once."""

from dataclasses import dataclass
from typing import ClassVar

from application.hold.access import own_hold
from application.messages import Command, Context, KeyPolicy
from application.order.fulfilment import confirm
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin
from application.views.order import OrderView
from domain.event.errors import EventNotFound
from domain.order.order import Buyer, Order
from shared.ids import HoldId, OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOrder(Command[OrderView]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.REQUIRED
    keeps_refusals: ClassVar[bool] = True

    hold_id: HoldId
    buyer_name: str
    buyer_email: str


@dataclass(frozen=True, slots=True)
class CreateOrderHandler:
    """Raises FieldInvalid, HoldNotFound, HoldExpired, HoldNotActive, HoldHasOrder,
    EventNotOnSale (the event was cancelled)."""

    begin: Begin
    ids: Ids

    async def __call__(self, command: CreateOrder, ctx: Context) -> OrderView:
        buyer = Buyer(name=command.buyer_name, email=command.buyer_email).check()
        async with self.begin(ctx) as work:
            hold = await own_hold(work, command.hold_id, ctx)
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
