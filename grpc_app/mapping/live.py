"""Streams: what is asked for, and what is told."""

from application.event.watch_availability import WatchAvailability
from application.order.watch_order import WatchOrder
from application.views.live import OrderUpdateView
from grpc_app.generated.holdfast.v1 import event_pb2, order_pb2
from grpc_app.mapping.order import order
from grpc_app.mapping.shape import Shape
from grpc_app.mapping.values import timestamp
from shared.ids import EventId, OrderId


def watch_availability(request: event_pb2.WatchAvailabilityRequest) -> WatchAvailability:
    shape = Shape(request)
    return shape.done(WatchAvailability(event_id=EventId(shape.uuid("event_id"))))


def watch_order(request: order_pb2.WatchOrderRequest) -> WatchOrder:
    shape = Shape(request)
    return shape.done(
        WatchOrder(order_id=OrderId(shape.uuid("order_id")), after=shape.maybe_text("after"))
    )


def order_update(view: OrderUpdateView) -> order_pb2.OrderUpdate:
    return order_pb2.OrderUpdate(
        cursor=view.cursor,
        changes=[
            order_pb2.OrderChange(type=each.type, occurred_at=timestamp(each.occurred_at))
            for each in view.changes
        ],
        order=order(view.order),
        final=view.final,
    )
