"""CreateOrder (checkout): turn a hold into an order. Free orders are confirmed at once."""

from dataclasses import dataclass
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.ports.inventory import Inventory
from application.views.order import OrderView
from domain.order.order import Buyer
from shared.ids import HoldId


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

    inventory: Inventory

    async def __call__(self, command: CreateOrder, ctx: Context) -> OrderView:
        buyer = Buyer(name=command.buyer_name, email=command.buyer_email).check()
        return await self.inventory.checkout(command.hold_id, buyer, ctx)
