"""REST: orders and their payments."""

from typing import Annotated

from fastapi import Body, Query
from starlette.responses import Response

from api.answers import answer, created
from api.context import Call
from api.order.requests import OrderRequest, OrderSearch, PaymentRequest
from api.order.schemas import Order, OrderIdPath, OrderPage, Payment
from api.routing import PREFIX, Routes
from application.app import OrderOperations
from application.errors import PaymentProviderUnknown, RoleMissing
from application.order.cancel_order import CancelOrder
from application.order.get_order import GetOrder
from domain.event.errors import EventNotOnSale
from domain.hold.errors import HoldExpired, HoldHasOrder, HoldNotActive, HoldNotFound
from domain.order.errors import (
    OrderNotCancellable,
    OrderNotFound,
    OrderNotPayable,
    PaymentInProgress,
)
from domain.organizer.errors import OrganizerNotFound


def add_order_routes(routes: Routes, orders: OrderOperations) -> None:
    @routes.post(
        "/orders",
        orders.create,
        summary="Check out",
        answers=Order,
        status=201,
        says="The order. A free one is confirmed already.",
        refuses=(HoldNotFound, HoldExpired, HoldNotActive, HoldHasOrder, EventNotOnSale),
    )
    async def create_order(call: Call, body: OrderRequest) -> Response:
        """Turns a hold into an order, which waits for its payment until `expires_at`."""
        order = await orders.create(body.command(), call.ctx)
        return created(call, order, f"{PREFIX}/orders/{order.id}")

    @routes.get(
        "/orders",
        orders.list,
        summary="List orders",
        answers=OrderPage,
        says="A page of orders, newest first.",
        refuses=(OrganizerNotFound, RoleMissing),
    )
    async def list_orders(call: Call, search: Annotated[OrderSearch, Query()]) -> Response:
        """What you bought; or, with `organizer_id`, what your organizer sold."""
        return answer(call, await orders.list(search.query(), call.ctx))

    @routes.get(
        "/orders/{order_id}",
        orders.get,
        summary="Get an order",
        answers=Order,
        says="The order with its latest payment.",
        refuses=(OrderNotFound, RoleMissing),
    )
    async def get_order(call: Call, order_id: OrderIdPath) -> Response:
        """For its buyer, and for its organizer."""
        return answer(call, await orders.get(GetOrder(order_id=order_id), call.ctx))

    @routes.post(
        "/orders/{order_id}/payments",
        orders.pay,
        summary="Pay an order",
        answers=Payment,
        status=201,
        says="The payment as it stands; the order follows by itself.",
        refuses=(
            OrderNotFound,
            OrderNotPayable,
            PaymentInProgress,
            EventNotOnSale,
            PaymentProviderUnknown,
        ),
    )
    async def pay_order(
        call: Call,
        order_id: OrderIdPath,
        body: Annotated[PaymentRequest, Body()] = PaymentRequest(),
    ) -> Response:
        """Starts a payment; the body may be left out.

        Follow `redirect_url` if there is one, then look at the order: it is CONFIRMED within a
        second or two, and its tickets are there. Methods of the simulated provider: `succeed`,
        `decline`, `requires_action`, `succeed_late`, `effect_then_timeout`, `capture_fails`,
        `instant`, `instant_late`.
        """
        payment = await orders.pay(body.command(order_id), call.ctx)
        return created(call, payment, f"{PREFIX}/orders/{order_id}")

    @routes.post(
        "/orders/{order_id}/cancel",
        orders.cancel,
        summary="Cancel an order",
        answers=Order,
        says="The order, cancelled.",
        refuses=(OrderNotFound, RoleMissing, OrderNotCancellable),
    )
    async def cancel_order(call: Call, order_id: OrderIdPath) -> Response:
        """As long as no money was promised; its stock is given back."""
        return answer(call, await orders.cancel(CancelOrder(order_id=order_id), call.ctx))
