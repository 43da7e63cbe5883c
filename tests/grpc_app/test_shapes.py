"""Requests without the right shape: every wrong field is named, in the words of both faces."""

from collections.abc import Sequence

import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from grpc_app.clients.client import HoldfastClient
from grpc_app.generated.holdfast.v1 import (
    api_key_pb2,
    attention_pb2,
    auth_pb2,
    event_pb2,
    fact_pb2,
    guest_pb2,
    hold_pb2,
    member_pb2,
    money_pb2,
    order_pb2,
    organizer_pb2,
    ticket_pb2,
    user_pb2,
    webhook_pb2,
)
from shared.checks import NOT_A_TIME, NOT_A_UUID, REQUIRED
from shared.errors import FieldInvalid
from tests.grpc_app.calling import METHODS, call
from tests.grpc_app.sampled import uuid
from tests.grpc_app.scripted import KEY, Script

ID = str(uuid(1))


def required(*names: str) -> list[tuple[str, str]]:
    return [(name, REQUIRED) for name in names]


ENDPOINT = required("webhook_endpoint_id")
EMPTY: list[tuple[str, Message, Sequence[tuple[str, str]]]] = [
    ("Register", auth_pb2.RegisterRequest(), required("email", "password", "name")),
    ("Login", auth_pb2.LoginRequest(), required("email", "password")),
    ("RefreshToken", auth_pb2.RefreshTokenRequest(), required("refresh_token")),
    ("RequestPasswordReset", auth_pb2.RequestPasswordResetRequest(), required("email")),
    ("ResetPassword", auth_pb2.ResetPasswordRequest(), required("token", "new_password")),
    ("VerifyEmail", auth_pb2.VerifyEmailRequest(), required("token")),
    (
        "ChangePassword",
        user_pb2.ChangePasswordRequest(),
        required("current_password", "new_password"),
    ),
    ("GetUser", user_pb2.GetUserRequest(), required("user_id")),
    ("ActivateUser", user_pb2.ActivateUserRequest(), required("user_id")),
    ("DeactivateUser", user_pb2.DeactivateUserRequest(), required("user_id")),
    ("GrantSuperuser", user_pb2.GrantSuperuserRequest(), required("user_id")),
    ("RevokeSuperuser", user_pb2.RevokeSuperuserRequest(), required("user_id")),
    ("CreateGuest", guest_pb2.CreateGuestRequest(), required("email")),
    ("CreateOrganizer", organizer_pb2.CreateOrganizerRequest(), required("name", "slug")),
    ("GetOrganizer", organizer_pb2.GetOrganizerRequest(), required("organizer_id")),
    ("ListMembers", member_pb2.ListMembersRequest(), required("organizer_id")),
    (
        "ChangeMemberRole",
        member_pb2.ChangeMemberRoleRequest(),
        required("organizer_id", "user_id", "role"),
    ),
    ("RemoveMember", member_pb2.RemoveMemberRequest(), required("organizer_id", "user_id")),
    (
        "InviteMember",
        member_pb2.InviteMemberRequest(),
        required("organizer_id", "email", "role"),
    ),
    ("ListInvitations", member_pb2.ListInvitationsRequest(), required("organizer_id")),
    (
        "RevokeInvitation",
        member_pb2.RevokeInvitationRequest(),
        required("organizer_id", "invitation_id"),
    ),
    ("AcceptInvitation", member_pb2.AcceptInvitationRequest(), required("token")),
    (
        "CreateApiKey",
        api_key_pb2.CreateApiKeyRequest(),
        required("organizer_id", "name", "live"),
    ),
    ("ListApiKeys", api_key_pb2.ListApiKeysRequest(), required("organizer_id")),
    ("RevokeApiKey", api_key_pb2.RevokeApiKeyRequest(), required("organizer_id", "api_key_id")),
    (
        "CreateEvent",
        event_pb2.CreateEventRequest(),
        required("organizer_id", "name", "starts_at", "ends_at", "currency"),
    ),
    ("GetEvent", event_pb2.GetEventRequest(), required("event_id")),
    ("UpdateEvent", event_pb2.UpdateEventRequest(), required("event_id")),
    ("AddTicketType", event_pb2.AddTicketTypeRequest(), required("event_id", "name", "price")),
    ("PublishEvent", event_pb2.PublishEventRequest(), required("event_id")),
    ("CloseEvent", event_pb2.CloseEventRequest(), required("event_id")),
    ("CancelEvent", event_pb2.CancelEventRequest(), required("event_id")),
    ("GetAvailability", event_pb2.GetAvailabilityRequest(), required("event_id")),
    ("CreateHold", hold_pb2.CreateHoldRequest(), required("event_id")),
    ("GetHold", hold_pb2.GetHoldRequest(), required("hold_id")),
    ("ExtendHold", hold_pb2.ExtendHoldRequest(), required("hold_id")),
    ("ReleaseHold", hold_pb2.ReleaseHoldRequest(), required("hold_id")),
    ("CreateOrder", order_pb2.CreateOrderRequest(), required("hold_id", "buyer")),
    ("GetOrder", order_pb2.GetOrderRequest(), required("order_id")),
    ("PayOrder", order_pb2.PayOrderRequest(), required("order_id")),
    ("CancelOrder", order_pb2.CancelOrderRequest(), required("order_id")),
    ("RefundOrder", order_pb2.RefundOrderRequest(), required("order_id", "reason")),
    ("ListRefunds", order_pb2.ListRefundsRequest(), required("order_id")),
    ("ConfirmPayment", order_pb2.ConfirmPaymentRequest(), required("order_id", "payment_id")),
    ("ListPostings", order_pb2.ListPostingsRequest(), required("order_id")),
    (
        "ResolveAttention",
        attention_pb2.ResolveAttentionRequest(),
        required("attention_id", "choice"),
    ),
    ("GetReconciliation", organizer_pb2.GetReconciliationRequest(), required("organizer_id")),
    ("ListFacts", fact_pb2.ListFactsRequest(), required("organizer_id")),
    ("WatchAvailability", event_pb2.WatchAvailabilityRequest(), required("event_id")),
    ("WatchOrder", order_pb2.WatchOrderRequest(), required("order_id")),
    ("ListTickets", ticket_pb2.ListTicketsRequest(), required("order_id")),
    (
        "CreateWebhookEndpoint",
        webhook_pb2.CreateWebhookEndpointRequest(),
        required("organizer_id", "live", "url"),
    ),
    ("ListWebhookEndpoints", webhook_pb2.ListWebhookEndpointsRequest(), required("organizer_id")),
    ("UpdateWebhookEndpoint", webhook_pb2.UpdateWebhookEndpointRequest(), ENDPOINT),
    ("RotateWebhookSecret", webhook_pb2.RotateWebhookSecretRequest(), ENDPOINT),
    ("DeleteWebhookEndpoint", webhook_pb2.DeleteWebhookEndpointRequest(), ENDPOINT),
    ("SendTestWebhook", webhook_pb2.SendTestWebhookRequest(), ENDPOINT),
    ("ListWebhookDeliveries", webhook_pb2.ListWebhookDeliveriesRequest(), ENDPOINT),
    ("ReplayWebhookDeliveries", webhook_pb2.ReplayWebhookDeliveriesRequest(), ENDPOINT),
]
NOTHING_REQUIRED = {
    "Logout",
    "LogoutEverywhere",
    "RequestEmailVerification",
    "GetMe",
    "UpdateMe",
    "ListUsers",
    "ClaimGuests",
    "ListOrganizers",
    "ListEvents",
    "ListOrders",
    "ListAttention",
}

WRONG: list[tuple[str, Message, Sequence[tuple[str, str]]]] = [
    (
        "CreateHold",
        hold_pb2.CreateHoldRequest(
            event_id="1",
            lines=[
                hold_pb2.WantedLine(ticket_type_id=ID, quantity=0),
                hold_pb2.WantedLine(ticket_type_id="", quantity=1),
                hold_pb2.WantedLine(),
            ],
        ),
        [
            ("event_id", NOT_A_UUID),
            ("lines[1].ticket_type_id", NOT_A_UUID),
            ("lines[2].ticket_type_id", REQUIRED),
            ("lines[2].quantity", REQUIRED),
        ],
    ),
    ("GetHold", hold_pb2.GetHoldRequest(hold_id="{" + ID + "}"), [("hold_id", NOT_A_UUID)]),
    ("GetHold", hold_pb2.GetHoldRequest(hold_id=ID + "\n"), [("hold_id", NOT_A_UUID)]),
    ("GetHold", hold_pb2.GetHoldRequest(hold_id=ID.replace("-", "")), [("hold_id", NOT_A_UUID)]),
    (
        "CreateOrder",
        order_pb2.CreateOrderRequest(hold_id=ID, buyer=order_pb2.Buyer()),
        required("buyer.name", "buyer.email"),
    ),
    (
        "CreateEvent",
        event_pb2.CreateEventRequest(
            organizer_id=ID,
            name="",
            currency="",
            starts_at=Timestamp(seconds=253_402_300_800),
            ends_at=Timestamp(nanos=-1),
            ticket_types=[
                event_pb2.NewTicketType(),
                event_pb2.NewTicketType(name="", price=money_pb2.Money()),
            ],
            pools=[event_pb2.NewPool()],
        ),
        [
            ("starts_at", NOT_A_TIME),
            ("ends_at", NOT_A_TIME),
            ("ticket_types[0].name", REQUIRED),
            ("ticket_types[0].price", REQUIRED),
            ("ticket_types[1].price.amount", REQUIRED),
            ("ticket_types[1].price.currency", REQUIRED),
            ("pools[0].name", REQUIRED),
            ("pools[0].capacity", REQUIRED),
        ],
    ),
    (
        "UpdateEvent",
        event_pb2.UpdateEventRequest(
            event_id=ID, etag='"1', starts_at=Timestamp(seconds=-62_135_596_801)
        ),
        [("etag", 'must be one entity tag, e.g. "3", or *'), ("starts_at", NOT_A_TIME)],
    ),
    (
        "ListEvents",
        event_pb2.ListEventsRequest(organizer_id="x", state="on_sale"),
        [
            ("organizer_id", NOT_A_UUID),
            ("state", "must be one of DRAFT, ON_SALE, CLOSED, CANCELLED"),
        ],
    ),
    (
        "ListOrders",
        order_pb2.ListOrdersRequest(organizer_id="", event_id="-"),
        [("organizer_id", NOT_A_UUID), ("event_id", NOT_A_UUID)],
    ),
    (
        "RefundOrder",
        order_pb2.RefundOrderRequest(
            order_id="1", amount=money_pb2.Money(), ticket_ids=[ID, "", "x"]
        ),
        [
            ("order_id", NOT_A_UUID),
            ("amount.amount", REQUIRED),
            ("amount.currency", REQUIRED),
            ("ticket_ids[1]", NOT_A_UUID),
            ("ticket_ids[2]", NOT_A_UUID),
            ("reason", REQUIRED),
        ],
    ),
    (
        "ListAttention",
        attention_pb2.ListAttentionRequest(organizer_id="x", state="open"),
        [("organizer_id", NOT_A_UUID), ("state", "must be one of OPEN, RESOLVED")],
    ),
    (
        "ResolveAttention",
        attention_pb2.ResolveAttentionRequest(attention_id=ID, choice="IGNORE"),
        [("choice", "must be one of RETRY, DONE_BY_HAND, LOOK_AGAIN, DISMISS")],
    ),
    (
        "ReplayWebhookDeliveries",
        webhook_pb2.ReplayWebhookDeliveriesRequest(
            webhook_endpoint_id=ID, delivery_ids=["x"], message_ids=[ID, ""], state="failed"
        ),
        [
            ("delivery_ids[0]", NOT_A_UUID),
            ("message_ids[1]", NOT_A_UUID),
            ("state", "must be one of PENDING, DELIVERED, FAILED"),
        ],
    ),
    (
        "InviteMember",
        member_pb2.InviteMemberRequest(organizer_id=ID, email="", role="owner"),
        [("role", "must be one of OWNER, MANAGER, FINANCE, SCANNER")],
    ),
    (
        "ChangeMemberRole",
        member_pb2.ChangeMemberRoleRequest(organizer_id=ID, user_id="me", role=""),
        [("user_id", NOT_A_UUID), ("role", "must be one of OWNER, MANAGER, FINANCE, SCANNER")],
    ),
    (
        "CreateApiKey",
        api_key_pb2.CreateApiKeyRequest(
            organizer_id=ID, name="", expires_at=Timestamp(seconds=253_402_300_800)
        ),
        [("live", REQUIRED), ("expires_at", NOT_A_TIME)],
    ),
]


def test_every_operation_is_tried_empty() -> None:
    assert {operation for operation, _, _ in EMPTY} | NOTHING_REQUIRED == METHODS.keys()


@pytest.mark.parametrize(("operation", "request_", "expected"), EMPTY + WRONG)
async def test_a_wrong_shape(
    operation: str,
    request_: Message,
    expected: Sequence[tuple[str, str]],
    script: Script,
    client: HoldfastClient,
) -> None:
    if "request_id" in request_.DESCRIPTOR.fields_by_name:
        setattr(request_, "request_id", KEY)
    with pytest.raises(FieldInvalid) as refused:
        await call(client, operation, request_)
    violations = refused.value.violations
    assert [(each.field, each.message) for each in violations] == list(expected)
    assert not script.received
    ((heard, refusal, ctx),) = script.heard.refusals
    assert (heard, type(refusal), ctx.face) == (operation, FieldInvalid, "grpc")
