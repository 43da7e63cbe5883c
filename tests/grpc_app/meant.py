"""What the sample request of every operation means."""

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
from application.event.specs import NewPool, NewTicketType
from application.event.update_event import UpdateEvent
from application.event.watch_availability import WatchAvailability
from application.fact.list_facts import ListFacts
from application.guest.claim_guests import ClaimGuests
from application.guest.create_guest import CreateGuest
from application.hold.create_hold import CreateHold, WantedLine
from application.hold.extend_hold import ExtendHold
from application.hold.get_hold import GetHold
from application.hold.release_hold import ReleaseHold
from application.member.accept_invitation import AcceptInvitation
from application.member.change_member_role import ChangeMemberRole
from application.member.invite_member import InviteMember
from application.member.list_invitations import ListInvitations
from application.member.list_members import ListMembers
from application.member.remove_member import RemoveMember
from application.member.revoke_invitation import RevokeInvitation
from application.messages import Message
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
from application.webhook.create_webhook_endpoint import CreateWebhookEndpoint
from application.webhook.delete_webhook_endpoint import DeleteWebhookEndpoint
from application.webhook.list_webhook_deliveries import ListWebhookDeliveries
from application.webhook.list_webhook_endpoints import ListWebhookEndpoints
from application.webhook.replay_webhook_deliveries import ReplayWebhookDeliveries
from application.webhook.rotate_webhook_secret import RotateWebhookSecret
from application.webhook.send_test_webhook import SendTestWebhook
from application.webhook.update_webhook_endpoint import UpdateWebhookEndpoint
from domain.attention.attention import Choice
from domain.organizer.organizer import Role
from shared.ids import (
    ApiKeyId,
    AttentionId,
    EventId,
    HoldId,
    InvitationId,
    OrderId,
    OrganizerId,
    PaymentId,
    TicketId,
    TicketTypeId,
    UserId,
    WebhookDeliveryId,
    WebhookEndpointId,
)
from tests.grpc_app import sampled

ID, AT = sampled.uuid(1), sampled.AT
NEW_TYPE = NewTicketType(
    name="name",
    price_amount=7,
    price_currency="EUR",
    capacity=7,
    max_per_order=7,
    pools=("pools",),
    tax_name="tax_name",
    tax_rate_basis_points=7,
)
MEANT: list[Message[object]] = [
    Register(email="email", password="password", name="name"),
    Login(email="email", password="password"),
    RefreshToken(refresh_token="refresh_token"),
    Logout(),
    LogoutEverywhere(),
    RequestPasswordReset(email="email"),
    ResetPassword(token="token", new_password="new_password"),
    RequestEmailVerification(),
    VerifyEmail(token="token"),
    GetMe(),
    UpdateMe(name="name"),
    ChangePassword(current_password="current_password", new_password="new_password"),
    ListUsers(page_size=7, page_token="page_token"),
    GetUser(user_id=UserId(ID)),
    ActivateUser(user_id=UserId(ID)),
    DeactivateUser(user_id=UserId(ID)),
    GrantSuperuser(user_id=UserId(ID)),
    RevokeSuperuser(user_id=UserId(ID)),
    CreateGuest(email="email"),
    ClaimGuests(),
    CreateOrganizer(name="name", slug="slug"),
    GetOrganizer(organizer_id=OrganizerId(ID)),
    GetReconciliation(organizer_id=OrganizerId(ID)),
    ListOrganizers(),
    ListMembers(organizer_id=OrganizerId(ID)),
    ChangeMemberRole(organizer_id=OrganizerId(ID), user_id=UserId(ID), role=Role.MANAGER),
    RemoveMember(organizer_id=OrganizerId(ID), user_id=UserId(ID)),
    InviteMember(organizer_id=OrganizerId(ID), email="email", role=Role.MANAGER),
    ListInvitations(organizer_id=OrganizerId(ID), page_size=7, page_token="page_token"),
    RevokeInvitation(organizer_id=OrganizerId(ID), invitation_id=InvitationId(ID)),
    AcceptInvitation(token="token"),
    CreateApiKey(
        organizer_id=OrganizerId(ID), name="name", live=True, scopes=("scopes",), expires_at=AT
    ),
    ListApiKeys(organizer_id=OrganizerId(ID), page_size=7, page_token="page_token"),
    RevokeApiKey(organizer_id=OrganizerId(ID), api_key_id=ApiKeyId(ID)),
    CreateEvent(
        organizer_id=OrganizerId(ID),
        name="name",
        description="description",
        venue="venue",
        timezone="timezone",
        starts_at=AT,
        ends_at=AT,
        currency="EUR",
        max_per_buyer=7,
        offline_payment_hours=7,
        prices_include_tax=True,
        pass_on_fees=True,
        ticket_types=(NEW_TYPE,),
        pools=(NewPool(name="name", capacity=7),),
    ),
    GetEvent(event_id=EventId(ID)),
    ListEvents(
        organizer_id=OrganizerId(ID),
        state=None,
        starts_from=AT,
        starts_before=AT,
        text="text",
        page_size=7,
        page_token="page_token",
    ),
    UpdateEvent(
        event_id=EventId(ID),
        expected_version=3,
        name="name",
        description="description",
        venue="venue",
        timezone="timezone",
        starts_at=AT,
        ends_at=AT,
        max_per_buyer=7,
        offline_payment_hours=7,
    ),
    AddTicketType(event_id=EventId(ID), ticket_type=NEW_TYPE),
    PublishEvent(event_id=EventId(ID)),
    CloseEvent(event_id=EventId(ID)),
    CancelEvent(event_id=EventId(ID)),
    GetAvailability(event_id=EventId(ID), max_age=7),
    CreateHold(
        event_id=EventId(ID), lines=(WantedLine(ticket_type_id=TicketTypeId(ID), quantity=7),)
    ),
    GetHold(hold_id=HoldId(ID)),
    ExtendHold(hold_id=HoldId(ID)),
    ReleaseHold(hold_id=HoldId(ID)),
    CreateOrder(hold_id=HoldId(ID), buyer_name="name", buyer_email="email"),
    GetOrder(order_id=OrderId(ID)),
    ListOrders(
        organizer_id=OrganizerId(ID),
        event_id=EventId(ID),
        state=None,
        page_size=7,
        page_token="page_token",
    ),
    PayOrder(order_id=OrderId(ID), provider="provider", method="method"),
    CancelOrder(order_id=OrderId(ID)),
    RefundOrder(
        order_id=OrderId(ID),
        amount=(7, "EUR"),
        ticket_ids=(TicketId(ID),),
        reason="reason",
        return_stock=True,
    ),
    ListRefunds(order_id=OrderId(ID)),
    ConfirmPayment(order_id=OrderId(ID), payment_id=PaymentId(ID), note="note"),
    ListPostings(order_id=OrderId(ID)),
    ListTickets(order_id=OrderId(ID)),
    ListFacts(organizer_id=OrganizerId(ID), after="after", types=("types",), page_size=7),
    WatchAvailability(event_id=EventId(ID)),
    WatchOrder(order_id=OrderId(ID), after="after"),
    ListAttention(organizer_id=OrganizerId(ID), state=None, page_size=7, page_token="page_token"),
    CreateWebhookEndpoint(
        organizer_id=OrganizerId(ID),
        live=True,
        url="url",
        types=("types",),
        description="description",
    ),
    ListWebhookEndpoints(organizer_id=OrganizerId(ID), page_size=7, page_token="page_token"),
    UpdateWebhookEndpoint(
        webhook_endpoint_id=WebhookEndpointId(ID),
        url="url",
        types=("types",),
        description="description",
        enabled=True,
    ),
    RotateWebhookSecret(webhook_endpoint_id=WebhookEndpointId(ID)),
    DeleteWebhookEndpoint(webhook_endpoint_id=WebhookEndpointId(ID)),
    SendTestWebhook(webhook_endpoint_id=WebhookEndpointId(ID)),
    ListWebhookDeliveries(
        webhook_endpoint_id=WebhookEndpointId(ID), state=None, page_size=7, page_token="page_token"
    ),
    ReplayWebhookDeliveries(
        webhook_endpoint_id=WebhookEndpointId(ID),
        delivery_ids=(WebhookDeliveryId(ID),),
        message_ids=(ID,),
        since=AT,
        until=AT,
        state=None,
    ),
    ResolveAttention(attention_id=AttentionId(ID), choice=Choice.DONE_BY_HAND, note="note"),
]
