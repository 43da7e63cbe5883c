"""The whole product surface as one typed struct. Both faces receive it and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from application.auth.login import Login
from application.auth.register import Register
from application.event.add_ticket_type import AddTicketType
from application.event.cancel_event import CancelEvent
from application.event.close_event import CloseEvent
from application.event.create_event import CreateEvent
from application.event.get_availability import GetAvailability
from application.event.get_event import GetEvent
from application.event.list_events import ListEvents
from application.event.publish_event import PublishEvent
from application.event.update_event import UpdateEvent
from application.hold.create_hold import CreateHold
from application.hold.extend_hold import ExtendHold
from application.hold.get_hold import GetHold
from application.hold.release_hold import ReleaseHold
from application.order.cancel_order import CancelOrder
from application.order.create_order import CreateOrder
from application.order.get_order import GetOrder
from application.order.list_orders import ListOrders
from application.order.pay_order import PayOrder
from application.organizer.create_organizer import CreateOrganizer
from application.organizer.get_organizer import GetOrganizer
from application.payment.receive_webhook import ReceiveWebhook
from application.pipeline import Operation
from application.ticket.list_tickets import ListTickets
from application.user.get_me import GetMe
from application.views.event import AvailabilityView, EventView
from application.views.hold import HoldView
from application.views.order import OrderView, PaymentView
from application.views.organizer import OrganizerView
from application.views.page import Page
from application.views.ticket import TicketView
from application.views.user import TokensView, UserView


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthOperations:
    register: Operation[Register, UserView]
    login: Operation[Login, TokensView]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserOperations:
    get_me: Operation[GetMe, UserView]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizerOperations:
    create: Operation[CreateOrganizer, OrganizerView]
    get: Operation[GetOrganizer, OrganizerView]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOperations:
    create: Operation[CreateEvent, EventView]
    get: Operation[GetEvent, EventView]
    list: Operation[ListEvents, Page[EventView]]
    update: Operation[UpdateEvent, EventView]
    add_ticket_type: Operation[AddTicketType, EventView]
    publish: Operation[PublishEvent, EventView]
    close: Operation[CloseEvent, EventView]
    cancel: Operation[CancelEvent, EventView]
    get_availability: Operation[GetAvailability, AvailabilityView]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOperations:
    create: Operation[CreateHold, HoldView]
    get: Operation[GetHold, HoldView]
    extend: Operation[ExtendHold, HoldView]
    release: Operation[ReleaseHold, HoldView]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOperations:
    create: Operation[CreateOrder, OrderView]
    get: Operation[GetOrder, OrderView]
    list: Operation[ListOrders, Page[OrderView]]
    pay: Operation[PayOrder, PaymentView]
    cancel: Operation[CancelOrder, OrderView]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOperations:
    list: Operation[ListTickets, Page[TicketView]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """Called by payment providers only, over HTTP; not part of the parity of the two faces."""

    receive: Operation[ReceiveWebhook, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Each group is one gRPC service and one set of REST paths."""

    auth: AuthOperations
    users: UserOperations
    organizers: OrganizerOperations
    events: EventOperations
    holds: HoldOperations
    orders: OrderOperations
    tickets: TicketOperations
    webhooks: Webhooks

    def operations(self) -> "Iterator[Operation]":  # type: ignore[type-arg]  # of any kind
        """Every operation of both faces (webhooks are not)."""
        for group in fields(self):
            if group.name != "webhooks":
                operations = getattr(self, group.name)
                for field in fields(operations):
                    yield getattr(operations, field.name)
