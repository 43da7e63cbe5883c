"""CancelOrder: by its buyer or organizer, as long as no money was promised.

An open payment is abandoned with the same commit; whatever it still brings in is cancelled at the
provider or given back.
"""

from dataclasses import dataclass
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.ports.inventory import Inventory
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

    inventory: Inventory

    async def __call__(self, command: CancelOrder, ctx: Context) -> OrderView:
        return await self.inventory.let_go(command.order_id, ctx)
