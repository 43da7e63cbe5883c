"""The whole product surface as one typed struct. Both faces receive it and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from application.api_key.create_api_key import CreateApiKey
from application.api_key.list_api_keys import ListApiKeys
from application.api_key.revoke_api_key import RevokeApiKey
from application.attention.list_attention import ListAttention
from application.attention.resolve_attention import ResolveAttention
from application.auth.login import Login
from application.auth.logout import Logout
from application.auth.logout_everywhere import LogoutEverywhere
from application.auth.refresh_token import RefreshToken
from application.auth.register import Register
from application.auth.request_email_verification import RequestEmailVerification
from application.auth.request_password_reset import RequestPasswordReset
from application.auth.reset_password import ResetPassword
from application.auth.verify_email import VerifyEmail
from application.event.add_ticket_type import AddTicketType
from application.event.cancel_event import CancelEvent
from application.event.close_event import CloseEvent
from application.event.create_event import CreateEvent
from application.event.get_availability import GetAvailability
from application.event.get_event import GetEvent
from application.event.list_events import ListEvents
from application.event.publish_event import PublishEvent
from application.event.update_event import UpdateEvent
from application.event.watch_availability import WatchAvailability
from application.fact.list_facts import ListFacts
from application.guest.claim_guests import ClaimGuests
from application.guest.create_guest import CreateGuest
from application.hold.create_hold import CreateHold
from application.hold.extend_hold import ExtendHold
from application.hold.get_hold import GetHold
from application.hold.release_hold import ReleaseHold
from application.live.stream import Stream
from application.member.accept_invitation import AcceptInvitation
from application.member.change_member_role import ChangeMemberRole
from application.member.invite_member import InviteMember
from application.member.list_invitations import ListInvitations
from application.member.list_members import ListMembers
from application.member.remove_member import RemoveMember
from application.member.revoke_invitation import RevokeInvitation
from application.order.cancel_order import CancelOrder
from application.order.confirm_payment import ConfirmPayment
from application.order.create_order import CreateOrder
from application.order.get_order import GetOrder
from application.order.list_orders import ListOrders
from application.order.list_postings import ListPostings
from application.order.list_refunds import ListRefunds
from application.order.pay_order import PayOrder
from application.order.refund_order import RefundOrder
from application.order.watch_order import WatchOrder
from application.organizer.create_organizer import CreateOrganizer
from application.organizer.get_organizer import GetOrganizer
from application.organizer.get_reconciliation import GetReconciliation
from application.organizer.list_organizers import ListOrganizers
from application.payment.receive_webhook import ReceiveWebhook
from application.pipeline import Operation
from application.ports.payments import Acknowledgement
from application.ticket.list_tickets import ListTickets
from application.user.activate_user import ActivateUser
from application.user.change_password import ChangePassword
from application.user.deactivate_user import DeactivateUser
from application.user.get_me import GetMe
from application.user.get_user import GetUser
from application.user.grant_superuser import GrantSuperuser
from application.user.list_users import ListUsers
from application.user.revoke_superuser import RevokeSuperuser
from application.user.update_me import UpdateMe
from application.views.attention import AttentionView
from application.views.event import AvailabilityView, EventView
from application.views.fact import FactView
from application.views.hold import HoldView
from application.views.live import OrderUpdateView
from application.views.order import OrderView, PaymentView
from application.views.organizer import (
    ApiKeyView,
    InvitationView,
    MemberView,
    OrganizerView,
    OwnOrganizerView,
)
from application.views.page import Page
from application.views.posting import PostingView
from application.views.reconciliation import ReconciliationView
from application.views.refund import RefundView
from application.views.ticket import TicketView
from application.views.user import ClaimView, GuestView, TokensView, UserView
from application.views.webhook import ReplayView, WebhookDeliveryView, WebhookEndpointView
from application.webhook.create_webhook_endpoint import CreateWebhookEndpoint
from application.webhook.delete_webhook_endpoint import DeleteWebhookEndpoint
from application.webhook.list_webhook_deliveries import ListWebhookDeliveries
from application.webhook.list_webhook_endpoints import ListWebhookEndpoints
from application.webhook.replay_webhook_deliveries import ReplayWebhookDeliveries
from application.webhook.rotate_webhook_secret import RotateWebhookSecret
from application.webhook.send_test_webhook import SendTestWebhook
from application.webhook.update_webhook_endpoint import UpdateWebhookEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthOperations:
    register: Operation[Register, UserView]
    login: Operation[Login, TokensView]
    refresh: Operation[RefreshToken, TokensView]
    logout: Operation[Logout, None]
    logout_everywhere: Operation[LogoutEverywhere, None]
    request_password_reset: Operation[RequestPasswordReset, None]
    reset_password: Operation[ResetPassword, None]
    request_email_verification: Operation[RequestEmailVerification, None]
    verify_email: Operation[VerifyEmail, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserOperations:
    get_me: Operation[GetMe, UserView]
    update_me: Operation[UpdateMe, UserView]
    change_password: Operation[ChangePassword, UserView]
    list: Operation[ListUsers, Page[UserView]]
    get: Operation[GetUser, UserView]
    activate: Operation[ActivateUser, UserView]
    deactivate: Operation[DeactivateUser, UserView]
    grant_superuser: Operation[GrantSuperuser, UserView]
    revoke_superuser: Operation[RevokeSuperuser, UserView]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestOperations:
    create: Operation[CreateGuest, GuestView]
    claim: Operation[ClaimGuests, ClaimView]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizerOperations:
    create: Operation[CreateOrganizer, OrganizerView]
    get: Operation[GetOrganizer, OrganizerView]
    list: Operation[ListOrganizers, Page[OwnOrganizerView]]
    get_reconciliation: Operation[GetReconciliation, ReconciliationView]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberOperations:
    list: Operation[ListMembers, Page[MemberView]]
    change_role: Operation[ChangeMemberRole, MemberView]
    remove: Operation[RemoveMember, MemberView]
    invite: Operation[InviteMember, InvitationView]
    list_invitations: Operation[ListInvitations, Page[InvitationView]]
    revoke_invitation: Operation[RevokeInvitation, InvitationView]
    accept_invitation: Operation[AcceptInvitation, OwnOrganizerView]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyOperations:
    create: Operation[CreateApiKey, ApiKeyView]
    list: Operation[ListApiKeys, Page[ApiKeyView]]
    revoke: Operation[RevokeApiKey, ApiKeyView]


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
    watch_availability: Stream[WatchAvailability, AvailabilityView]


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
    refund: Operation[RefundOrder, RefundView]
    list_refunds: Operation[ListRefunds, Page[RefundView]]
    confirm_payment: Operation[ConfirmPayment, PaymentView]
    list_postings: Operation[ListPostings, Page[PostingView]]
    watch: Stream[WatchOrder, OrderUpdateView]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOperations:
    list: Operation[ListTickets, Page[TicketView]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionOperations:
    list: Operation[ListAttention, Page[AttentionView]]
    resolve: Operation[ResolveAttention, AttentionView]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactOperations:
    list: Operation[ListFacts, Page[FactView]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookOperations:
    """Where organizers want to be told what happens."""

    create: Operation[CreateWebhookEndpoint, WebhookEndpointView]
    list: Operation[ListWebhookEndpoints, Page[WebhookEndpointView]]
    update: Operation[UpdateWebhookEndpoint, WebhookEndpointView]
    rotate_secret: Operation[RotateWebhookSecret, WebhookEndpointView]
    delete: Operation[DeleteWebhookEndpoint, None]
    send_test: Operation[SendTestWebhook, WebhookDeliveryView]
    list_deliveries: Operation[ListWebhookDeliveries, Page[WebhookDeliveryView]]
    replay: Operation[ReplayWebhookDeliveries, ReplayView]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """Called by payment providers only, over HTTP; not part of the parity of the two faces."""

    receive: Operation[ReceiveWebhook, Acknowledgement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Each group is one gRPC service and one set of REST paths."""

    auth: AuthOperations
    users: UserOperations
    guests: GuestOperations
    organizers: OrganizerOperations
    members: MemberOperations
    api_keys: ApiKeyOperations
    events: EventOperations
    holds: HoldOperations
    orders: OrderOperations
    tickets: TicketOperations
    attention: AttentionOperations
    facts: FactOperations
    webhook_endpoints: WebhookOperations
    webhooks: Webhooks

    def operations(self) -> "Iterator[Operation | Stream]":  # type: ignore[type-arg]  # of any kind
        """Every operation of both faces (webhooks are not)."""
        for group in fields(self):
            if group.name != "webhooks":
                operations = getattr(self, group.name)
                for field in fields(operations):
                    yield getattr(operations, field.name)
