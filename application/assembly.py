"""Puts the operations together from the ports; the container calls it, and so do tests."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from application.app import (
    Application,
    AuthOperations,
    EventOperations,
    HoldOperations,
    OrderOperations,
    OrganizerOperations,
    TicketOperations,
    UserOperations,
    Webhooks,
)
from application.auth.login import Login, LoginHandler
from application.auth.register import Register, RegisterHandler
from application.background.expire_orders import ExpireOrders
from application.background.finish_payments import FinishPayments
from application.background.forget_keys import ForgetKeys
from application.background.job import Job
from application.background.process_inbox import ProcessInbox
from application.background.sweep_holds import SweepHolds
from application.event.add_ticket_type import AddTicketType, AddTicketTypeHandler
from application.event.cancel_event import CancelEvent, CancelEventHandler
from application.event.close_event import CloseEvent, CloseEventHandler
from application.event.create_event import CreateEvent, CreateEventHandler
from application.event.get_availability import GetAvailability, GetAvailabilityHandler
from application.event.get_event import GetEvent, GetEventHandler
from application.event.list_events import ListEvents, ListEventsHandler
from application.event.publish_event import PublishEvent, PublishEventHandler
from application.event.update_event import UpdateEvent, UpdateEventHandler
from application.hold.create_hold import CreateHold, CreateHoldHandler
from application.hold.extend_hold import ExtendHold, ExtendHoldHandler
from application.hold.get_hold import GetHold, GetHoldHandler
from application.hold.release_hold import ReleaseHold, ReleaseHoldHandler
from application.messages import Context, Message
from application.order.cancel_order import CancelOrder, CancelOrderHandler
from application.order.create_order import CreateOrder, CreateOrderHandler
from application.order.get_order import GetOrder, GetOrderHandler
from application.order.list_orders import ListOrders, ListOrdersHandler
from application.order.pay_order import PayOrder, PayOrderHandler
from application.organizer.create_organizer import CreateOrganizer, CreateOrganizerHandler
from application.organizer.get_organizer import GetOrganizer, GetOrganizerHandler
from application.payment.process import Pauses, PaymentProcess
from application.payment.providers import Providers
from application.payment.receive_webhook import ReceiveWebhook, ReceiveWebhookHandler
from application.pipeline import Operation, Pipeline
from application.ports.idempotency import IdempotencyStore
from application.ports.identity import Ids, Passwords, Tokens
from application.ports.observer import Observer
from application.ports.unit_of_work import Begin
from application.ticket.list_tickets import ListTickets, ListTicketsHandler
from application.user.get_me import GetMe, GetMeHandler
from application.views.event import AvailabilityView, EventView
from application.views.hold import HoldView
from application.views.order import OrderView, PaymentView
from application.views.organizer import OrganizerView
from application.views.page import Page
from application.views.ticket import TicketView
from application.views.user import TokensView, UserView
from domain.hold.hold import HoldTerms

M = TypeVar("M", bound=Message[object])
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Times that the container takes from the settings, or that tests shorten."""

    hold_terms: HoldTerms = HoldTerms(ttl=timedelta(minutes=5), longest=timedelta(minutes=30))
    payment_extension: timedelta = timedelta(minutes=10)
    payment_patience: timedelta = timedelta(seconds=15)
    """How long PayOrder's own process has before the background takes over."""
    pauses: Pauses = Pauses()
    key_wait: timedelta = timedelta(seconds=2)
    key_lease: timedelta = timedelta(seconds=10)
    keys_kept: timedelta = timedelta(hours=72)
    sweep_every: timedelta = timedelta(seconds=1)
    work_every: timedelta = timedelta(milliseconds=250)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One adapter for each port."""

    begin: Begin
    store: IdempotencyStore
    tokens: Tokens
    passwords: Passwords
    ids: Ids
    providers: Providers
    observer: Observer


def _process(ports: Ports, rules: Rules) -> PaymentProcess:
    return PaymentProcess(
        begin=ports.begin, ids=ports.ids, providers=ports.providers, pauses=rules.pauses
    )


def assemble(ports: Ports, rules: Rules) -> Application:
    """Every operation, with its handler behind the one pipeline."""
    begin, ids, terms = ports.begin, ports.ids, rules.hold_terms
    pipeline = Pipeline(
        tokens=ports.tokens,
        store=ports.store,
        observer=ports.observer,
        wait=rules.key_wait,
        lease=rules.key_lease,
    )

    def op(
        message: type[M], answers: type[R], handle: Callable[[M, Context], Awaitable[R]]
    ) -> Operation[M, R]:
        return Operation(
            name=message.__name__,
            message=message,
            answers=answers,
            handle=handle,
            pipeline=pipeline,
        )

    return Application(
        auth=AuthOperations(
            register=op(Register, UserView, RegisterHandler(begin, ports.passwords, ids)),
            login=op(Login, TokensView, LoginHandler(begin, ports.passwords, ports.tokens)),
        ),
        users=UserOperations(get_me=op(GetMe, UserView, GetMeHandler(begin))),
        organizers=OrganizerOperations(
            create=op(CreateOrganizer, OrganizerView, CreateOrganizerHandler(begin, ids)),
            get=op(GetOrganizer, OrganizerView, GetOrganizerHandler(begin)),
        ),
        events=EventOperations(
            create=op(CreateEvent, EventView, CreateEventHandler(begin, ids)),
            get=op(GetEvent, EventView, GetEventHandler(begin)),
            list=op(ListEvents, Page[EventView], ListEventsHandler(begin)),
            update=op(UpdateEvent, EventView, UpdateEventHandler(begin)),
            add_ticket_type=op(AddTicketType, EventView, AddTicketTypeHandler(begin, ids)),
            publish=op(PublishEvent, EventView, PublishEventHandler(begin)),
            close=op(CloseEvent, EventView, CloseEventHandler(begin)),
            cancel=op(CancelEvent, EventView, CancelEventHandler(begin)),
            get_availability=op(GetAvailability, AvailabilityView, GetAvailabilityHandler(begin)),
        ),
        holds=HoldOperations(
            create=op(CreateHold, HoldView, CreateHoldHandler(begin, ids, terms)),
            get=op(GetHold, HoldView, GetHoldHandler(begin)),
            extend=op(ExtendHold, HoldView, ExtendHoldHandler(begin, terms)),
            release=op(ReleaseHold, HoldView, ReleaseHoldHandler(begin)),
        ),
        orders=OrderOperations(
            create=op(CreateOrder, OrderView, CreateOrderHandler(begin, ids)),
            get=op(GetOrder, OrderView, GetOrderHandler(begin)),
            list=op(ListOrders, Page[OrderView], ListOrdersHandler(begin)),
            pay=op(
                PayOrder,
                PaymentView,
                PayOrderHandler(
                    begin,
                    ids,
                    ports.providers,
                    _process(ports, rules),
                    rules.payment_extension,
                    rules.payment_patience,
                ),
            ),
            cancel=op(CancelOrder, OrderView, CancelOrderHandler(begin)),
        ),
        tickets=TicketOperations(list=op(ListTickets, Page[TicketView], ListTicketsHandler(begin))),
        webhooks=Webhooks(
            receive=op(ReceiveWebhook, type(None), ReceiveWebhookHandler(begin, ports.providers))
        ),
    )


def assemble_jobs(ports: Ports, rules: Rules) -> tuple[Job, ...]:
    """Everything that has to happen in the background."""
    begin, ids, process = ports.begin, ports.ids, _process(ports, rules)
    often, sweep = rules.work_every, rules.sweep_every
    return (
        Job(name="sweep_holds", every=sweep, full=200, run=SweepHolds(begin, ids, 200)),
        Job(name="expire_orders", every=sweep, full=100, run=ExpireOrders(begin, ids, 100)),
        Job(
            name="finish_payments",
            every=often,
            full=100,
            run=FinishPayments(begin, ids, process, 100, 4),
        ),
        Job(
            name="process_inbox",
            every=often,
            full=100,
            run=ProcessInbox(begin, ids, process, 100),
        ),
        Job(
            name="forget_keys",
            every=timedelta(hours=1),
            full=10_000,
            run=ForgetKeys(begin, ids, ports.store, rules.keys_kept),
        ),
    )
