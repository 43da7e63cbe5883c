"""Whose order it is: its buyer's, and its organizer's."""

from application.organizer.access import is_member
from application.ports.unit_of_work import UnitOfWork
from domain.order.errors import OrderNotFound
from domain.order.order import Order
from shared.ids import OrderId, UserId


async def own_order(work: UnitOfWork, order_id: OrderId, user_id: UserId) -> Order:
    """One the user bought. Raises OrderNotFound, also for somebody else's."""
    order = await work.orders.get(order_id)
    if order is None or order.buyer_id != user_id:
        raise OrderNotFound()
    return order


async def visible_order(work: UnitOfWork, order_id: OrderId, user_id: UserId) -> Order:
    """One the user bought, or sold as a member of its organizer. Raises OrderNotFound."""
    order = await work.orders.get(order_id)
    if order is None:
        raise OrderNotFound()
    if order.buyer_id != user_id and not await is_member(work, order.organizer_id, user_id):
        raise OrderNotFound()
    return order
