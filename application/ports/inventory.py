"""Inventory: where holds are kept, as orders see it."""

from typing import Protocol

from application.messages import Context
from application.views.order import OrderView
from domain.order.order import Buyer
from shared.ids import HoldId, OrderId


class Inventory(Protocol):
    """What a buyer asks of a hold through an order: turn it into one, and let go of it again.

    - Each call is one transaction, in which the hold, its stock and the order change together or
      not at all; with it the answer is stored under the idempotency key of `ctx.claim`.
    - It acts for `ctx.actor`, sees what that actor may see, and judges by `ctx.roles`.
    - It may be another process that does it, so it is never called inside a unit of work. After
      ServiceUnavailable nobody knows whether it happened; the same call with the same key finds
      out, and whatever happened happened once.
    - Every call may raise ServiceUnavailable, DatabaseUnavailable, Overloaded and, as units of work
      do, StaleWrite and KeyTaken.
    """

    async def checkout(self, hold_id: HoldId, buyer: Buyer, ctx: Context) -> OrderView:
        """An order of the hold; one that costs nothing is confirmed at once.

        Raises HoldNotFound, HoldExpired, HoldNotActive, HoldHasOrder, EventNotFound,
        EventNotOnSale (the event was cancelled).
        """
        ...

    async def let_go(self, order_id: OrderId, ctx: Context) -> OrderView:
        """The order is cancelled, and the stock of its hold is on sale again. An open payment is
        abandoned.

        Raises OrderNotFound, RoleMissing, OrderNotCancellable.
        """
        ...
