"""Shapes of what buyers send, and how they become commands."""

from typing import Annotated

from pydantic import Field

from api.order.examples import NEW_ORDER, NEW_PAYMENT
from api.shape import Digits, Id, Input, Text, among, with_example
from application.order.create_order import CreateOrder
from application.order.list_orders import ListOrders
from application.order.pay_order import PayOrder
from domain.order.order import OrderState
from shared.ids import EventId, HoldId, OrderId, OrganizerId


class BuyerRequest(Input):
    """Who the tickets are for, as it is written on the order."""

    name: Text
    email: Text


class OrderRequest(Input):
    model_config = with_example(NEW_ORDER)

    hold_id: Annotated[HoldId, Id]
    buyer: BuyerRequest

    def command(self) -> CreateOrder:
        return CreateOrder(
            hold_id=self.hold_id, buyer_name=self.buyer.name, buyer_email=self.buyer.email
        )


class PaymentRequest(Input):
    model_config = with_example(NEW_PAYMENT)

    provider: Text | None = Field(default=None, description="The default one, if left out.")
    method: Text | None = Field(default=None, description="The provider's default, if left out.")

    def command(self, order_id: OrderId) -> PayOrder:
        return PayOrder(order_id=order_id, provider=self.provider, method=self.method)


class OrderSearch(Input):
    organizer_id: Annotated[OrganizerId | None, Id] = Field(
        default=None, description="What this organizer sold, instead of what you bought."
    )
    event_id: Annotated[EventId | None, Id] = None
    state: Annotated[OrderState | None, among(OrderState)] = None
    page_size: Annotated[int | None, Digits] = Field(default=None, description="20, at most 100.")
    page_token: Text | None = Field(
        default=None, description="`next_page_token` of the page before."
    )

    def query(self) -> ListOrders:
        return ListOrders(
            organizer_id=self.organizer_id,
            event_id=self.event_id,
            state=self.state,
            page_size=self.page_size,
            page_token=self.page_token,
        )
