"""What a request says is what the operation hears."""

import asyncio
from dataclasses import fields, is_dataclass

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from application.messages import KeyPolicy, Message
from domain.attention.attention import AttentionState, Choice
from domain.event.event import EventState
from domain.order.order import OrderState
from domain.organizer.organizer import Role
from grpc_app.clients.client import HoldfastClient
from grpc_app.generated.holdfast.v1 import (
    api_key_pb2,
    attention_pb2,
    event_pb2,
    member_pb2,
    order_pb2,
    user_pb2,
    webhook_pb2,
)
from grpc_app.mapping import api_key, attention, event, member, order, order_money, user, webhook
from tests.grpc_app import samples
from tests.grpc_app.calling import METHODS, call, sample
from tests.grpc_app.meant import ID, MEANT
from tests.grpc_app.scripted import KEY, Script


def test_every_operation_is_tried() -> None:
    assert sorted(type(message).__name__ for message in MEANT) == sorted(METHODS)


@pytest.mark.parametrize("meant", MEANT, ids=lambda message: type(message).__name__)
async def test_every_field_arrives(
    meant: Message[object], script: Script, client: HoldfastClient
) -> None:
    operation = type(meant).__name__
    script.answers(operation, samples.ANSWERS[operation])
    await call(client, operation, sample(operation))
    ((received, ctx),) = script.received
    assert received == meant
    assert ctx.face == "grpc"
    assert ctx.idempotency_key == (None if meant.key_policy is KeyPolicy.NONE else KEY)
    async with asyncio.timeout(60):
        while not script.heard.completions:  # of a stream: when the server has seen its caller go
            await asyncio.sleep(0.01)
    assert script.heard.completions == [operation]


@pytest.mark.parametrize("meant", MEANT, ids=lambda message: type(message).__name__)
def test_requests_carry_the_key_where_it_means_something(meant: Message[object]) -> None:
    names = METHODS[type(meant).__name__].input_type.fields_by_name
    assert ("request_id" in names) == (meant.key_policy is not KeyPolicy.NONE)


def test_what_is_absent_stays_absent() -> None:
    """Except for the defaults that the JSON has as well."""
    id = str(ID)
    created = event.create_event(
        event_pb2.CreateEventRequest(
            organizer_id=id, name="", currency="", starts_at=Timestamp(), ends_at=Timestamp()
        )
    )
    assert (created.description, created.venue, created.timezone) == ("", "", "UTC")
    assert (created.max_per_buyer, created.ticket_types, created.pools) == (None, (), ())
    assert _unset(event.list_events(event_pb2.ListEventsRequest()))
    assert _unset(order.list_orders(order_pb2.ListOrdersRequest()))
    assert _unset(event.update_event(event_pb2.UpdateEventRequest(event_id=id)), but="event_id")
    assert _unset(order.pay_order(order_pb2.PayOrderRequest(order_id=id)), but="order_id")
    assert _unset(attention.list_attention(attention_pb2.ListAttentionRequest()))
    assert _unset(user.update_me(user_pb2.UpdateMeRequest()))
    assert _unset(user.list_users(user_pb2.ListUsersRequest()))
    asked = member_pb2.ListInvitationsRequest(organizer_id=id)
    assert _unset(member.list_invitations(asked), but="organizer_id")
    changed = webhook.update(webhook_pb2.UpdateWebhookEndpointRequest(webhook_endpoint_id=id))
    assert _unset(changed, but="webhook_endpoint_id")
    sent = webhook_pb2.ListWebhookDeliveriesRequest(webhook_endpoint_id=id)
    assert _unset(webhook.list_deliveries(sent), but="webhook_endpoint_id")
    keys = api_key_pb2.ListApiKeysRequest(organizer_id=id)
    assert _unset(api_key.list_api_keys(keys), but="organizer_id")
    key = api_key.create_api_key(
        api_key_pb2.CreateApiKeyRequest(organizer_id=id, name="", live=False)
    )
    assert (key.live, key.scopes, key.expires_at) == (False, (), None)


def test_a_refund_of_everything() -> None:
    """An empty list cannot be told from none; places are sold again unless that is unwanted."""
    all_of_it = order_pb2.RefundOrderRequest(order_id=str(ID), reason="why", ticket_ids=[])
    asked = order_money.refund_order(all_of_it)
    assert (asked.amount, asked.ticket_ids, asked.return_stock) == (None, None, True)
    all_of_it.return_stock = False
    assert order_money.refund_order(all_of_it).return_stock is False


def _unset(message: object, but: str = "") -> bool:
    assert is_dataclass(message)
    return all(getattr(message, each.name) is None for each in fields(message) if each.name != but)


def test_zero_takes_a_limit_away() -> None:
    request = event_pb2.UpdateEventRequest(event_id=str(ID), max_per_buyer=0, description="")
    changed = event.update_event(request)
    assert (changed.max_per_buyer, changed.description) == (0, "")


@pytest.mark.parametrize("state", EventState)
def test_events_of_a_state(state: EventState) -> None:
    assert event.list_events(event_pb2.ListEventsRequest(state=state.value)).state is state


@pytest.mark.parametrize("state", OrderState)
def test_orders_of_a_state(state: OrderState) -> None:
    assert order.list_orders(order_pb2.ListOrdersRequest(state=state.value)).state is state


@pytest.mark.parametrize("state", AttentionState)
def test_attention_of_a_state(state: AttentionState) -> None:
    asked = attention_pb2.ListAttentionRequest(state=state.value)
    assert attention.list_attention(asked).state is state


@pytest.mark.parametrize("choice", Choice)
def test_every_choice(choice: Choice) -> None:
    decided = attention_pb2.ResolveAttentionRequest(attention_id=str(ID), choice=choice.value)
    assert attention.resolve_attention(decided).choice is choice


@pytest.mark.parametrize("role", Role)
def test_every_role(role: Role) -> None:
    id = str(ID)
    invited = member_pb2.InviteMemberRequest(organizer_id=id, email="e", role=role.value)
    assert member.invite_member(invited).role is role
    changed = member_pb2.ChangeMemberRoleRequest(organizer_id=id, user_id=id, role=role.value)
    assert member.change_member_role(changed).role is role


@pytest.mark.parametrize(
    ("etag", "version"),
    [
        ("", None),
        ("*", None),
        ("3", 3),
        ('"3"', 3),
        ('"03"', 0),  # none of ours, so it matches no version
        ("0", 0),
        ('"x"', 0),
        ('W/"3"', 0),
        ("9" * 30, 0),
    ],
)
def test_etag(etag: str, version: int | None) -> None:
    request = event_pb2.UpdateEventRequest(event_id=str(ID), etag=etag)
    assert event.update_event(request).expected_version == version


def test_times_are_cut_to_microseconds() -> None:
    request = event_pb2.ListEventsRequest(starts_from=Timestamp(seconds=1, nanos=1_999))
    found = event.list_events(request).starts_from
    assert found is not None and found.microsecond == 1
    assert found.utcoffset() is not None
