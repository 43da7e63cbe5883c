"""REST: what is left of an event and how an order stands, now and with each change."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Header, Query
from starlette.responses import Response

from api.context import Call
from api.event.schemas import Availability, EventIdPath
from api.live.schemas import OrderUpdate
from api.live.socket import Socket, add_socket
from api.live.sse import SseResponse, event_stream
from api.order.schemas import OrderIdPath
from api.routing import PREFIX, Routes
from api.shape import Text, read_id
from application.app import EventOperations, OrderOperations
from application.errors import RoleMissing
from application.event.watch_availability import WatchAvailability
from application.order.watch_order import WatchOrder
from application.views.event import AvailabilityView
from application.views.live import OrderUpdateView
from domain.event.errors import EventNotFound
from domain.order.errors import OrderNotFound
from shared.checks import NOT_A_UUID
from shared.errors import FieldInvalid, Violation
from shared.ids import EventId, OrderId

_AVAILABILITY, _ORDER = "availability", "order"
_LAST_SEEN = "The cursor of the last event, as browsers send it; it counts more than `after`."

After = Annotated[Text | None, Query(description="The `cursor` of the last update one has seen.")]
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", description=_LAST_SEEN)]


def add_availability_stream(routes: Routes, events: EventOperations) -> None:
    path = "/events/{event_id}/availability/live"

    @routes.get(
        path,
        events.watch_availability,
        summary="Watch what is left",
        answers=Availability,
        says="Server-Sent Events: `availability`, each with figures as its data.",
        refuses=(EventNotFound,),
        sends=SseResponse,
    )
    async def watch_availability(call: Call, event_id: EventIdPath) -> Response:
        """The figures now, and whenever they change: a few times a second at most, and then the
        newest. The same over WebSocket at this address, each as a JSON text of `event`, `id` and
        `data`; the token may then come as a subprotocol, `bearer.<token>` beside `holdfast.live`.
        """
        query = WatchAvailability(event_id=event_id)
        return await event_stream(call, events.watch_availability, query, _AVAILABILITY, _nothing)

    def read(path: Mapping[str, str], query: Mapping[str, str]) -> WatchAvailability:
        return WatchAvailability(event_id=EventId(_id("event_id", path)))

    socket = Socket(
        path_format=PREFIX + path,
        stream=events.watch_availability,
        read=read,
        event=_AVAILABILITY,
        cursor=_nothing,
        trusted=routes.trusted,
    )
    add_socket(routes, socket)


def add_order_stream(routes: Routes, orders: OrderOperations) -> None:
    path = "/orders/{order_id}/live"

    @routes.get(
        path,
        orders.watch,
        summary="Watch an order",
        answers=OrderUpdate,
        says="Server-Sent Events: `order`, each with an update as its data and its cursor as `id`.",
        refuses=(OrderNotFound, RoleMissing),
        sends=SseResponse,
    )
    async def watch_order(
        call: Call, order_id: OrderIdPath, after: After = None, last_event_id: LastEventId = None
    ) -> Response:
        """The order now, and with each change until nothing more is expected of it. Who comes back
        with a cursor is told what happened meanwhile; 204 if there is nothing and there will be
        nothing. The same over WebSocket at this address, as for availability."""
        query = WatchOrder(order_id=order_id, after=last_event_id or after)
        return await event_stream(call, orders.watch, query, _ORDER, _cursor)

    def read(path: Mapping[str, str], query: Mapping[str, str]) -> WatchOrder:
        return WatchOrder(order_id=OrderId(_id("order_id", path)), after=query.get("after"))

    socket = Socket(
        path_format=PREFIX + path,
        stream=orders.watch,
        read=read,
        event=_ORDER,
        cursor=_cursor,
        trusted=routes.trusted,
    )
    add_socket(routes, socket)


def _nothing(view: AvailabilityView) -> None:
    """The newest figures are enough: there is nothing to come back for."""


def _cursor(view: OrderUpdateView) -> str:
    return view.cursor


def _id(field: str, path: Mapping[str, str]) -> UUID:
    try:
        return read_id(path[field])
    except ValueError:
        raise FieldInvalid(violations=[Violation((field,), NOT_A_UUID)]) from None
