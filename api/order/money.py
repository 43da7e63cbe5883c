"""REST: an order's refunds, its payments that arrive by other ways, and its books."""

from typing import Annotated

from fastapi import Body
from starlette.responses import Response

from api.answers import answer, created
from api.context import Call
from api.order.money_schemas import (
    Confirmation,
    PaymentIdPath,
    PostingPage,
    Refund,
    RefundPage,
    RefundRequest,
)
from api.order.schemas import OrderIdPath, Payment
from api.routing import PREFIX, Routes
from application.app import OrderOperations
from application.errors import RoleMissing
from application.order.list_postings import ListPostings
from application.order.list_refunds import ListRefunds
from domain.event.errors import EventNotOnSale
from domain.order.errors import (
    OrderNotFound,
    OrderNotRefundable,
    PaymentNotConfirmable,
    PaymentNotFound,
    RefundTooLarge,
    TicketNotRefundable,
)
from domain.stock import SoldOut


def add_order_money_routes(routes: Routes, orders: OrderOperations) -> None:
    @routes.post(
        "/orders/{order_id}/refunds",
        orders.refund,
        summary="Refund an order",
        answers=Refund,
        status=201,
        says="The refund as it stands; the order follows by itself.",
        refuses=(
            OrderNotFound,
            RoleMissing,
            OrderNotRefundable,
            RefundTooLarge,
            TicketNotRefundable,
        ),
    )
    async def refund_order(call: Call, order_id: OrderIdPath, body: RefundRequest) -> Response:
        """Gives back all that is left of the money, that of chosen tickets, or an amount.

        An order can be refunded several times, never more than was paid. Tickets are void at once,
        whatever the provider says; a refund that fails needs attention (`ListAttention`).
        """
        refund = await orders.refund(body.command(order_id), call.ctx)
        return created(call, refund, f"{PREFIX}/orders/{order_id}/refunds")

    @routes.get(
        "/orders/{order_id}/refunds",
        orders.list_refunds,
        summary="List the refunds of an order",
        answers=RefundPage,
        says="All refunds, oldest first.",
        refuses=(OrderNotFound, RoleMissing),
    )
    async def list_refunds(call: Call, order_id: OrderIdPath) -> Response:
        """For its buyer, and for its organizer."""
        return answer(call, await orders.list_refunds(ListRefunds(order_id=order_id), call.ctx))

    @routes.post(
        "/orders/{order_id}/payments/{payment_id}/confirm",
        orders.confirm_payment,
        summary="Confirm an offline payment",
        answers=Payment,
        says="The payment, captured; the order is confirmed.",
        refuses=(
            OrderNotFound,
            RoleMissing,
            PaymentNotFound,
            PaymentNotConfirmable,
            EventNotOnSale,
            SoldOut,
        ),
    )
    async def confirm_payment(
        call: Call,
        order_id: OrderIdPath,
        payment_id: PaymentIdPath,
        body: Annotated[Confirmation, Body()] = Confirmation(),
    ) -> Response:
        """Says that money which was paid by bank transfer, at the box office or on an invoice has
        arrived; the body may be left out. An order that has lapsed takes its stock again, if it is
        still there."""
        command = body.command(order_id, payment_id)
        return answer(call, await orders.confirm_payment(command, call.ctx))

    @routes.get(
        "/orders/{order_id}/postings",
        orders.list_postings,
        summary="List the postings of an order",
        answers=PostingPage,
        says="All postings, oldest first.",
        refuses=(OrderNotFound, RoleMissing),
    )
    async def list_postings(call: Call, order_id: OrderIdPath) -> Response:
        """What the order did to the books, in double entry."""
        return answer(call, await orders.list_postings(ListPostings(order_id=order_id), call.ctx))
