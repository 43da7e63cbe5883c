"""Orders and payments."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from application.app import OrderOperations
from grpc_app.generated.holdfast.v1 import order_pb2 as wire
from grpc_app.generated.holdfast.v1.order_pb2_grpc import OrderServiceServicer
from grpc_app.mapping import live
from grpc_app.mapping import order as mapping
from grpc_app.mapping import order_money
from grpc_app.perform import perform, perform_stream


class OrderServicer(OrderServiceServicer):
    def __init__(self, orders: OrderOperations) -> None:
        self._orders = orders

    async def CreateOrder(self, request: wire.CreateOrderRequest, context: object) -> wire.Order:
        return mapping.order(await perform(self._orders.create, mapping.create_order, request))

    async def GetOrder(self, request: wire.GetOrderRequest, context: object) -> wire.Order:
        return mapping.order(await perform(self._orders.get, mapping.get_order, request))

    async def ListOrders(
        self, request: wire.ListOrdersRequest, context: object
    ) -> wire.ListOrdersResponse:
        return mapping.orders(await perform(self._orders.list, mapping.list_orders, request))

    async def PayOrder(self, request: wire.PayOrderRequest, context: object) -> wire.Payment:
        return mapping.payment(await perform(self._orders.pay, mapping.pay_order, request))

    async def CancelOrder(self, request: wire.CancelOrderRequest, context: object) -> wire.Order:
        return mapping.order(await perform(self._orders.cancel, mapping.cancel_order, request))

    async def RefundOrder(self, request: wire.RefundOrderRequest, context: object) -> wire.Refund:
        return order_money.refund(
            await perform(self._orders.refund, order_money.refund_order, request)
        )

    async def ListRefunds(
        self, request: wire.ListRefundsRequest, context: object
    ) -> wire.ListRefundsResponse:
        return order_money.refunds(
            await perform(self._orders.list_refunds, order_money.list_refunds, request)
        )

    async def ConfirmPayment(
        self, request: wire.ConfirmPaymentRequest, context: object
    ) -> wire.Payment:
        return mapping.payment(
            await perform(self._orders.confirm_payment, order_money.confirm_payment, request)
        )

    async def ListPostings(
        self, request: wire.ListPostingsRequest, context: object
    ) -> wire.ListPostingsResponse:
        return order_money.postings(
            await perform(self._orders.list_postings, order_money.list_postings, request)
        )

    async def WatchOrder(
        self, request: wire.WatchOrderRequest, context: object
    ) -> AsyncGenerator[wire.OrderUpdate]:
        told = perform_stream(self._orders.watch, live.watch_order, request)
        async with aclosing(told):
            async for each in told:
                yield live.order_update(each)
