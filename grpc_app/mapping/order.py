"""Orders and payments."""

from application.order.cancel_order import CancelOrder
from application.order.create_order import CreateOrder
from application.order.get_order import GetOrder
from application.order.list_orders import ListOrders
from application.order.pay_order import PayOrder
from application.views.order import OrderView, PaymentView
from application.views.page import Page
from domain.order.order import OrderState
from grpc_app.generated.holdfast.v1.order_pb2 import (
    Buyer,
    CancelOrderRequest,
    CreateOrderRequest,
    GetOrderRequest,
    ListOrdersRequest,
    ListOrdersResponse,
    Order,
    Payment,
    PayOrderRequest,
)
from grpc_app.mapping.shape import Shape
from grpc_app.mapping.values import charge, line, money, timestamp
from shared.ids import EventId, HoldId, OrderId, OrganizerId


def create_order(request: CreateOrderRequest) -> CreateOrder:
    shape = Shape(request)
    hold_id, buyer = HoldId(shape.uuid("hold_id")), shape.below("buyer")
    return shape.done(
        CreateOrder(
            hold_id=hold_id,
            buyer_name=buyer.text("name") if buyer else "",
            buyer_email=buyer.text("email") if buyer else "",
        )
    )


def get_order(request: GetOrderRequest) -> GetOrder:
    shape = Shape(request)
    return shape.done(GetOrder(order_id=_order_id(shape)))


def list_orders(request: ListOrdersRequest) -> ListOrders:
    shape = Shape(request)
    organizer_id, event_id = shape.maybe_uuid("organizer_id"), shape.maybe_uuid("event_id")
    return shape.done(
        ListOrders(
            organizer_id=None if organizer_id is None else OrganizerId(organizer_id),
            event_id=None if event_id is None else EventId(event_id),
            state=shape.maybe_choice("state", OrderState),
            page_size=shape.maybe_integer("page_size"),
            page_token=shape.maybe_text("page_token"),
        )
    )


def pay_order(request: PayOrderRequest) -> PayOrder:
    shape = Shape(request)
    return shape.done(
        PayOrder(
            order_id=_order_id(shape),
            provider=shape.maybe_text("provider"),
            method=shape.maybe_text("method"),
        )
    )


def cancel_order(request: CancelOrderRequest) -> CancelOrder:
    shape = Shape(request)
    return shape.done(CancelOrder(order_id=_order_id(shape)))


def order(view: OrderView) -> Order:
    return Order(
        id=str(view.id),
        number=view.number,
        state=view.state,
        event_id=str(view.event_id),
        hold_id=str(view.hold_id),
        buyer=Buyer(name=view.buyer.name, email=view.buyer.email),
        lines=[line(each) for each in view.lines],
        charges=[charge(each) for each in view.charges],
        total=money(view.total),
        refunded=money(view.refunded),
        payment=None if view.payment is None else payment(view.payment),
        expires_at=timestamp(view.expires_at),
        created_at=timestamp(view.created_at),
        live=view.live,
    )


def orders(page: Page[OrderView]) -> ListOrdersResponse:
    return ListOrdersResponse(
        items=[order(each) for each in page.items], next_page_token=page.next_page_token
    )


def payment(view: PaymentView) -> Payment:
    return Payment(
        id=str(view.id),
        order_id=str(view.order_id),
        provider=view.provider,
        method=view.method,
        state=view.state,
        amount=money(view.amount),
        client_secret=view.client_secret,
        redirect_url=view.redirect_url,
        failure=view.failure,
        created_at=timestamp(view.created_at),
    )


def _order_id(shape: Shape) -> OrderId:
    return OrderId(shape.uuid("order_id"))
