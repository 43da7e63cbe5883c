"""The end of an unpaid order: it ends together with its hold, whose stock comes back."""

from datetime import datetime

from application.ports.unit_of_work import UnitOfWork
from domain.hold.hold import Hold
from domain.order.order import Order


def expire(work: UnitOfWork, order: Order, hold: Hold | None, *, at: datetime) -> Order:
    """Notes that nobody paid in time; only for an order that is due."""
    work.orders.save(order := order.expire(at=at))
    if hold is not None and hold.is_due(at=at):
        work.holds.save(hold.expire(at=at))
        work.stock.give_back(hold.lines)
    return order


def cancel(
    work: UnitOfWork, order: Order, hold: Hold | None, *, paying: bool, at: datetime
) -> Order:
    """Notes that it is not wanted any more; `paying`: it has an open payment.

    Raises OrderNotCancellable.
    """
    work.orders.save(order := order.cancel(at=at, paying=paying))
    if hold is not None and hold.is_active(at=at):
        work.holds.save(hold.release(at=at, with_order=True))
        work.stock.give_back(hold.lines)
    return order
