"""The two faces offer what the product offers: operations, addresses, and every field."""

from collections.abc import Mapping

import pytest

from application.app import Application
from application.assembly import Ports, Rules, assemble
from application.payment.providers import Providers
from infrastructure.calendar.ics import IcsCalendars
from infrastructure.memory.database import MemoryDatabase
from infrastructure.memory.feed import MemoryFeed
from infrastructure.memory.figures import MemoryRecentFigures
from infrastructure.memory.limits import MemoryRateLimiter
from infrastructure.memory.log import MemoryFactLog
from infrastructure.memory.retention import MemoryRetention
from infrastructure.memory.standings import MemoryStandings
from infrastructure.memory.throttle import MemoryAttemptThrottle
from tests.contracts.letterbox import Letterbox
from tests.contracts.receivers import Receivers
from tests.contracts.watcher import Watcher
from tests.contracts.world import IDS, PASSWORDS, SEALS, TOKENS, VAULT
from tests.faces.outcome import Face
from tests.faces.rest import RestFace
from tests.faces.rpc import GrpcFace
from tests.parity.cases import cases
from tests.parity.shapes import Document, of_answer, of_message, of_request

# The contract with those who call over REST: a name may not move.
ADDRESSES: Mapping[str, str] = {
    "Register": "POST /auth/register",
    "Login": "POST /auth/login",
    "RefreshToken": "POST /auth/refresh",
    "Logout": "POST /auth/logout",
    "LogoutEverywhere": "POST /auth/logout-everywhere",
    "RequestPasswordReset": "POST /auth/password-reset",
    "ResetPassword": "POST /auth/password-reset/confirm",
    "RequestEmailVerification": "POST /auth/verify-email",
    "VerifyEmail": "POST /auth/verify-email/confirm",
    "GetMe": "GET /users/me",
    "UpdateMe": "PATCH /users/me",
    "ChangePassword": "POST /users/me/password",
    "ListUsers": "GET /users",
    "GetUser": "GET /users/{user_id}",
    "ActivateUser": "POST /users/{user_id}/activate",
    "DeactivateUser": "POST /users/{user_id}/deactivate",
    "GrantSuperuser": "POST /users/{user_id}/superuser",
    "RevokeSuperuser": "DELETE /users/{user_id}/superuser",
    "CreateGuest": "POST /guests",
    "ClaimGuests": "POST /guests/claim",
    "CreateOrganizer": "POST /organizers",
    "GetOrganizer": "GET /organizers/{organizer_id}",
    "ListOrganizers": "GET /organizers",
    "GetReconciliation": "GET /organizers/{organizer_id}/reconciliation",
    "ListMembers": "GET /organizers/{organizer_id}/members",
    "ChangeMemberRole": "PATCH /organizers/{organizer_id}/members/{user_id}",
    "RemoveMember": "DELETE /organizers/{organizer_id}/members/{user_id}",
    "InviteMember": "POST /organizers/{organizer_id}/invitations",
    "ListInvitations": "GET /organizers/{organizer_id}/invitations",
    "RevokeInvitation": "DELETE /organizers/{organizer_id}/invitations/{invitation_id}",
    "AcceptInvitation": "POST /invitations/accept",
    "CreateApiKey": "POST /organizers/{organizer_id}/api-keys",
    "ListApiKeys": "GET /organizers/{organizer_id}/api-keys",
    "RevokeApiKey": "DELETE /organizers/{organizer_id}/api-keys/{api_key_id}",
    "CreateEvent": "POST /events",
    "GetEvent": "GET /events/{event_id}",
    "ListEvents": "GET /events",
    "UpdateEvent": "PATCH /events/{event_id}",
    "AddTicketType": "POST /events/{event_id}/ticket-types",
    "PublishEvent": "POST /events/{event_id}/publish",
    "CloseEvent": "POST /events/{event_id}/close",
    "CancelEvent": "POST /events/{event_id}/cancel",
    "GetAvailability": "GET /events/{event_id}/availability",
    "CreateHold": "POST /holds",
    "GetHold": "GET /holds/{hold_id}",
    "ExtendHold": "POST /holds/{hold_id}/extend",
    "ReleaseHold": "DELETE /holds/{hold_id}",
    "CreateOrder": "POST /orders",
    "GetOrder": "GET /orders/{order_id}",
    "ListOrders": "GET /orders",
    "PayOrder": "POST /orders/{order_id}/payments",
    "CancelOrder": "POST /orders/{order_id}/cancel",
    "RefundOrder": "POST /orders/{order_id}/refunds",
    "ListRefunds": "GET /orders/{order_id}/refunds",
    "ConfirmPayment": "POST /orders/{order_id}/payments/{payment_id}/confirm",
    "ListPostings": "GET /orders/{order_id}/postings",
    "ListTickets": "GET /orders/{order_id}/tickets",
    "ListFacts": "GET /organizers/{organizer_id}/facts",
    "WatchAvailability": "GET /events/{event_id}/availability/live",
    "WatchOrder": "GET /orders/{order_id}/live",
    "CreateWebhookEndpoint": "POST /organizers/{organizer_id}/webhook-endpoints",
    "ListWebhookEndpoints": "GET /organizers/{organizer_id}/webhook-endpoints",
    "UpdateWebhookEndpoint": "PATCH /webhook-endpoints/{webhook_endpoint_id}",
    "RotateWebhookSecret": "POST /webhook-endpoints/{webhook_endpoint_id}/rotate",
    "DeleteWebhookEndpoint": "DELETE /webhook-endpoints/{webhook_endpoint_id}",
    "SendTestWebhook": "POST /webhook-endpoints/{webhook_endpoint_id}/test",
    "ListWebhookDeliveries": "GET /webhook-endpoints/{webhook_endpoint_id}/deliveries",
    "ReplayWebhookDeliveries": "POST /webhook-endpoints/{webhook_endpoint_id}/replay",
    "ListAttention": "GET /attention",
    "ResolveAttention": "POST /attention/{attention_id}/resolve",
}

# Each group of the product is one service.
SERVICES: Mapping[str, str] = {
    "auth": "AuthService",
    "users": "UserService",
    "guests": "GuestService",
    "organizers": "OrganizerService",
    "members": "MemberService",
    "api_keys": "ApiKeyService",
    "events": "EventService",
    "holds": "HoldService",
    "orders": "OrderService",
    "tickets": "TicketService",
    "attention": "AttentionService",
    "webhook_endpoints": "WebhookService",
    "facts": "FactService",
}


@pytest.fixture(scope="module")
def product() -> Application:
    database = MemoryDatabase()
    ports = Ports(
        begin=database.begin,
        store=database.store,
        tokens=TOKENS,
        seals=SEALS,
        standings=MemoryStandings(database),
        limiter=MemoryRateLimiter(),
        throttle=MemoryAttemptThrottle(database.clock),
        passwords=PASSWORDS,
        ids=IDS,
        providers=Providers([], "none"),
        mailer=Letterbox(),
        calendars=IcsCalendars(sender="shop@example.com"),
        observer=Watcher(),
        recent=MemoryRecentFigures(),
        retention=MemoryRetention(),
        log=MemoryFactLog(database),
        feed=MemoryFeed(),
        vault=VAULT,
        webhooks=Receivers(),
    )
    return assemble(ports, Rules())


@pytest.fixture(scope="module")
def rest(faces: Mapping[str, Face]) -> RestFace:
    found = faces["rest"]
    assert isinstance(found, RestFace)
    return found


@pytest.fixture(scope="module")
def grpc(faces: Mapping[str, Face]) -> GrpcFace:
    found = faces["grpc"]
    assert isinstance(found, GrpcFace)
    return found


def test_both_offer_every_operation(product: Application, faces: Mapping[str, Face]) -> None:
    names = [operation.name for operation in product.operations()]
    assert len(names) == len(set(names)) > 50
    for face in faces.values():
        assert face.operations() == set(names), face.name


def test_rest_is_where_it_is_expected(rest: RestFace) -> None:
    found = {
        name: f"{route.method} {route.path.removeprefix('/api/v1')}"
        for name, route in rest.routes.items()
        if name in rest.operations()
    }
    assert found == ADDRESSES


def test_each_group_is_a_service(product: Application, grpc: GrpcFace) -> None:
    expected = {
        getattr(getattr(product, group), field).name: f"/holdfast.v1.{service}/"
        for group, service in SERVICES.items()
        for field in type(getattr(product, group)).__dataclass_fields__
    }
    found = {name: rpc.path.removesuffix(name) for name, rpc in grpc.rpcs.items()}
    assert found == expected


@pytest.mark.parametrize("name", ADDRESSES)
def test_both_ask_for_the_same_fields(rest: RestFace, grpc: GrpcFace, name: str) -> None:
    said = of_request(rest.document, _operation(rest, name))
    assert said == of_message(grpc.rpcs[name].request)


@pytest.mark.parametrize("name", ADDRESSES)
def test_both_answer_with_the_same_fields(rest: RestFace, grpc: GrpcFace, name: str) -> None:
    said = of_answer(rest.document, _operation(rest, name))
    assert said == of_message(grpc.rpcs[name].answer)


def test_every_operation_is_called(product: Application) -> None:
    """And answers, in at least one case; no two cases have one name."""
    called = list(cases())
    names = {operation.name for operation in product.operations()}
    assert {case.operation for case in called if case.reason is None} == names
    assert len({case.name for case in called}) == len(called)


def _operation(rest: RestFace, name: str) -> Document:
    route = rest.routes[name]
    found: Document = rest.document["paths"][route.path][route.method.lower()]
    return found
