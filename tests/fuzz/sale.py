"""A sale from its first step to its last: requests have things in every state to be about."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from grpc_app.generated.holdfast.v1.attention_pb2 import (
    ListAttentionRequest,
    ListAttentionResponse,
    ResolveAttentionRequest,
)
from grpc_app.generated.holdfast.v1.event_pb2 import (
    CreateEventRequest,
    Event,
    GetAvailabilityRequest,
    NewTicketType,
    PublishEventRequest,
)
from grpc_app.generated.holdfast.v1.hold_pb2 import (
    CreateHoldRequest,
    ExtendHoldRequest,
    Hold,
    WantedLine,
)
from grpc_app.generated.holdfast.v1.money_pb2 import Money
from grpc_app.generated.holdfast.v1.order_pb2 import (
    Buyer,
    ConfirmPaymentRequest,
    CreateOrderRequest,
    Order,
    Payment,
    PayOrderRequest,
    RefundOrderRequest,
)
from grpc_app.generated.holdfast.v1.organizer_pb2 import CreateOrganizerRequest, Organizer
from grpc_app.generated.holdfast.v1.ticket_pb2 import ListTicketsRequest

Ask = Callable[[str, Message], Message]
"""Calls the RPC of that name; must go well."""


def sell(ask: Ask) -> None:
    """One order paid and a little of it given back, one paid by bank transfer whose money somebody
    has to send back, one unpaid, one hold that is only held, and a draft."""
    slug = f"house-{uuid4().hex}"
    organizer = ask("CreateOrganizer", CreateOrganizerRequest(name="House", slug=slug))
    assert isinstance(organizer, Organizer)
    event = _event(ask, organizer.id)
    _event(ask, organizer.id)
    ask("PublishEvent", PublishEventRequest(event_id=event.id))
    ask("GetAvailability", GetAvailabilityRequest(event_id=event.id))
    line = WantedLine(ticket_type_id=event.ticket_types[0].id, quantity=2)
    for step in range(4):
        wanted = CreateHoldRequest(event_id=event.id, lines=[line], request_id=uuid4().hex)
        hold = ask("CreateHold", wanted)
        assert isinstance(hold, Hold)
        ask("ExtendHold", ExtendHoldRequest(hold_id=hold.id))
        if step == 0:
            continue
        buyer = Buyer(name="Ada", email="ada@example.com")
        checkout = CreateOrderRequest(hold_id=hold.id, buyer=buyer, request_id=uuid4().hex)
        order = ask("CreateOrder", checkout)
        assert isinstance(order, Order)
        if step == 1:
            ask("PayOrder", PayOrderRequest(order_id=order.id, request_id=uuid4().hex))
            ask("ListTickets", ListTicketsRequest(order_id=order.id))
            ask("RefundOrder", _refund(order, Money(amount=5, currency="EUR")))
        elif step == 2:
            _transfer(ask, order, organizer.id)


def _transfer(ask: Ask, order: Order, organizer_id: str) -> None:
    wanted = PayOrderRequest(order_id=order.id, provider="offline", request_id=uuid4().hex)
    payment = ask("PayOrder", wanted)
    assert isinstance(payment, Payment)
    ask("ConfirmPayment", ConfirmPaymentRequest(order_id=order.id, payment_id=payment.id))
    ask("RefundOrder", _refund(order))
    found = ask("ListAttention", ListAttentionRequest(organizer_id=organizer_id))
    assert isinstance(found, ListAttentionResponse)
    ask(
        "ResolveAttention",
        ResolveAttentionRequest(attention_id=found.items[0].id, choice="DISMISS"),
    )


def _refund(order: Order, amount: Money | None = None) -> RefundOrderRequest:
    return RefundOrderRequest(
        order_id=order.id, amount=amount, reason="Why not", request_id=uuid4().hex
    )


def _event(ask: Ask, organizer_id: str) -> Event:
    starts_at, ends_at = Timestamp(), Timestamp()
    starts_at.FromDatetime(datetime.now(UTC) + timedelta(days=30))
    ends_at.FromDatetime(datetime.now(UTC) + timedelta(days=30, hours=2))
    wanted = CreateEventRequest(
        organizer_id=organizer_id,
        name="Quartets",
        starts_at=starts_at,
        ends_at=ends_at,
        currency="EUR",
        offline_payment_hours=24,
        ticket_types=[
            NewTicketType(name="Floor", price=Money(amount=2500, currency="EUR"), capacity=1000)
        ],
    )
    event = ask("CreateEvent", wanted)
    assert isinstance(event, Event)
    return event
