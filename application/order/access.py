"""Whose order it is: its buyer's, and its organizer's."""

from application.errors import RoleMissing
from application.messages import Context
from application.organizer.access import acts_for, is_inside
from application.ports.unit_of_work import UnitOfWork
from domain.order.errors import OrderNotFound
from domain.order.order import Order
from shared.ids import OrderId


async def own_order(work: UnitOfWork, order_id: OrderId, ctx: Context) -> Order:
    """One the caller bought. Raises OrderNotFound, also for somebody else's."""
    order = await work.orders.get(order_id)
    if order is None or order.buyer_id != ctx.user_id:
        raise OrderNotFound()
    return order


async def visible_order(work: UnitOfWork, order_id: OrderId, ctx: Context) -> Order:
    """One the caller bought, or may do this with for its organizer.

    Raises OrderNotFound, and RoleMissing for a member whose role does not allow this.
    """
    order = await work.orders.get(order_id)
    if order is None or order.live != ctx.actor.live:
        raise OrderNotFound()
    bought = order.buyer_id == ctx.actor.user_id
    if not bought and not acts_for(order.organizer_id, ctx):
        raise RoleMissing() if is_inside(order.organizer_id, ctx) else OrderNotFound()
    return order


async def sold_order(work: UnitOfWork, order_id: OrderId, ctx: Context) -> Order:
    """One the caller may do this with for its organizer; having bought it is not enough.

    Raises OrderNotFound, and RoleMissing for a member whose role does not allow this.
    """
    order = await work.orders.get(order_id)
    if order is None or order.live != ctx.actor.live:
        raise OrderNotFound()
    if not acts_for(order.organizer_id, ctx):
        raise RoleMissing() if is_inside(order.organizer_id, ctx) else OrderNotFound()
    return order
