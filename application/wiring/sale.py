"""Events, holds, orders, tickets, and what payment providers call."""

from application.app import (
    EventOperations,
    FactOperations,
    HoldOperations,
    OrderOperations,
    TicketOperations,
    Webhooks,
)
from application.event.add_ticket_type import AddTicketType, AddTicketTypeHandler
from application.event.cancel_event import CancelEvent, CancelEventHandler
from application.event.close_event import CloseEvent, CloseEventHandler
from application.event.create_event import CreateEvent, CreateEventHandler
from application.event.get_availability import GetAvailability, GetAvailabilityHandler
from application.event.get_event import GetEvent, GetEventHandler
from application.event.glances import Glances
from application.event.list_events import ListEvents, ListEventsHandler
from application.event.publish_event import PublishEvent, PublishEventHandler
from application.event.update_event import UpdateEvent, UpdateEventHandler
from application.event.watch_availability import WatchAvailability, WatchAvailabilityHandler
from application.fact.list_facts import ListFacts, ListFactsHandler
from application.hold.create_hold import CreateHold, CreateHoldHandler
from application.hold.extend_hold import ExtendHold, ExtendHoldHandler
from application.hold.get_hold import GetHold, GetHoldHandler
from application.hold.release_hold import ReleaseHold, ReleaseHoldHandler
from application.order.cancel_order import CancelOrder, CancelOrderHandler
from application.order.confirm_payment import ConfirmPayment, ConfirmPaymentHandler
from application.order.create_order import CreateOrder, CreateOrderHandler
from application.order.get_order import GetOrder, GetOrderHandler
from application.order.list_orders import ListOrders, ListOrdersHandler
from application.order.list_postings import ListPostings, ListPostingsHandler
from application.order.list_refunds import ListRefunds, ListRefundsHandler
from application.order.pay_order import PayOrder, PayOrderHandler
from application.order.refund_order import RefundOrder, RefundOrderHandler
from application.order.watch_order import WatchOrder, WatchOrderHandler
from application.payment.receive_webhook import ReceiveWebhook, ReceiveWebhookHandler
from application.ports.payments import Acknowledgement
from application.ticket.list_tickets import ListTickets, ListTicketsHandler
from application.views.event import AvailabilityView, EventView
from application.views.fact import FactView
from application.views.hold import HoldView
from application.views.live import OrderUpdateView
from application.views.order import OrderView, PaymentView
from application.views.page import Page
from application.views.posting import PostingView
from application.views.refund import RefundView
from application.views.ticket import TicketView
from application.wiring.parts import Parts


def events(parts: Parts) -> EventOperations:
    op, begin, ids = parts.op, parts.ports.begin, parts.ports.ids
    return EventOperations(
        create=op(CreateEvent, EventView, CreateEventHandler(begin, ids, parts.rules.fees)),
        get=op(GetEvent, EventView, GetEventHandler(begin)),
        list=op(ListEvents, Page[EventView], ListEventsHandler(begin)),
        update=op(UpdateEvent, EventView, UpdateEventHandler(begin)),
        add_ticket_type=op(AddTicketType, EventView, AddTicketTypeHandler(begin, ids)),
        publish=op(PublishEvent, EventView, PublishEventHandler(begin)),
        close=op(CloseEvent, EventView, CloseEventHandler(begin)),
        cancel=op(CancelEvent, EventView, CancelEventHandler(begin)),
        get_availability=op(
            GetAvailability, AvailabilityView, GetAvailabilityHandler(begin, parts.ports.recent)
        ),
        watch_availability=parts.stream(
            WatchAvailability, AvailabilityView, WatchAvailabilityHandler(Glances(begin))
        ),
    )


def holds(parts: Parts) -> HoldOperations:
    op, begin, ids, rules = parts.op, parts.ports.begin, parts.ports.ids, parts.rules
    return HoldOperations(
        create=op(
            CreateHold,
            HoldView,
            CreateHoldHandler(
                begin, ids, rules.hold_terms, rules.hoarding, rules.hoarding_unverified
            ),
        ),
        get=op(GetHold, HoldView, GetHoldHandler(begin)),
        extend=op(ExtendHold, HoldView, ExtendHoldHandler(begin, rules.hold_terms)),
        release=op(ReleaseHold, HoldView, ReleaseHoldHandler(begin)),
    )


def orders(parts: Parts) -> OrderOperations:
    op, begin, ids, rules = parts.op, parts.ports.begin, parts.ports.ids, parts.rules
    return OrderOperations(
        create=op(CreateOrder, OrderView, CreateOrderHandler(parts.inventory)),
        get=op(GetOrder, OrderView, GetOrderHandler(begin)),
        list=op(ListOrders, Page[OrderView], ListOrdersHandler(begin)),
        pay=op(
            PayOrder,
            PaymentView,
            PayOrderHandler(
                begin,
                ids,
                parts.ports.providers,
                parts.process,
                rules.payment_extension,
                rules.payment_patience,
            ),
        ),
        cancel=op(CancelOrder, OrderView, CancelOrderHandler(parts.inventory)),
        refund=op(
            RefundOrder,
            RefundView,
            RefundOrderHandler(begin, ids, parts.refunding, rules.payment_patience),
        ),
        list_refunds=op(ListRefunds, Page[RefundView], ListRefundsHandler(begin)),
        confirm_payment=op(ConfirmPayment, PaymentView, ConfirmPaymentHandler(begin, ids)),
        list_postings=op(ListPostings, Page[PostingView], ListPostingsHandler(begin)),
        watch=parts.stream(WatchOrder, OrderUpdateView, WatchOrderHandler(begin, parts.ports.log)),
    )


def tickets(parts: Parts) -> TicketOperations:
    handler = ListTicketsHandler(parts.ports.begin)
    return TicketOperations(list=parts.op(ListTickets, Page[TicketView], handler))


def facts(parts: Parts) -> FactOperations:
    handler = ListFactsHandler(parts.ports.log)
    return FactOperations(list=parts.op(ListFacts, Page[FactView], handler))


def webhooks(parts: Parts) -> Webhooks:
    handler = ReceiveWebhookHandler(parts.ports.begin, parts.ports.providers, parts.ports.observer)
    return Webhooks(receive=parts.op(ReceiveWebhook, Acknowledgement, handler))
