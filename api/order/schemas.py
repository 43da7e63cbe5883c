"""Shapes of orders and payments as they are answered."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, Field

from api.hold.schemas import Charge, Line
from api.order.examples import ORDER, PAYMENT
from api.schemas import Money
from api.shape import Id, Output, page_of, with_example
from domain.order.order import OrderState
from domain.order.payment import PaymentState
from shared.ids import OrderId

OrderIdPath = Annotated[OrderId, Id, Path(description="The order.")]


class Payment(Output):
    model_config = with_example(PAYMENT)

    id: UUID
    order_id: UUID
    provider: str
    method: str
    state: PaymentState
    amount: Money
    client_secret: str | None = Field(description="What the provider's own client goes on with.")
    redirect_url: str | None = Field(description="Where the buyer goes on (REQUIRES_ACTION).")
    failure: str | None = Field(description="Why it failed, in the provider's words.")
    created_at: AwareDatetime


class Buyer(Output):
    name: str
    email: str


class Order(Output):
    model_config = with_example(ORDER)

    id: UUID
    number: str = Field(description="Short, to be read aloud.")
    live: bool = Field(description="Whether it is real; what is bought of a test is a test.")
    state: OrderState
    event_id: UUID
    hold_id: UUID
    buyer: Buyer
    lines: list[Line]
    charges: list[Charge] = Field(description="Taxes and fees, included in the prices or not.")
    total: Money = Field(description="What is to be paid: lines, and charges not included.")
    refunded: Money = Field(description="What has gone back by now.")
    payment: Payment | None = Field(description="The latest attempt, if there is one.")
    expires_at: AwareDatetime = Field(description="Unpaid then, it lapses.")
    created_at: AwareDatetime


class OrderPage(Output):
    model_config = with_example(page_of(ORDER))

    items: list[Order]
    next_page_token: str = Field(description="Empty on the last page.")
