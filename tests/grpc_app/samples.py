"""One of every view, with nothing left at its default."""

from datetime import timedelta

from application.views.event import (
    AvailabilityView,
    EventView,
    PoolView,
    TicketTypeAvailability,
    TicketTypeView,
)
from application.views.hold import ChargeView, HoldView, LineView
from application.views.live import ChangeView, OrderUpdateView
from application.views.money import MoneyView
from application.views.order import BuyerView, OrderView, PaymentView
from application.views.organizer import (
    ApiKeyView,
    InvitationView,
    MemberView,
    OrganizerView,
    OwnOrganizerView,
)
from application.views.page import Page
from application.views.ticket import TicketView
from application.views.user import ClaimView, GuestView, TokensView, UserView
from application.views.webhook import ReplayView
from shared.ids import ApiKeyId, InvitationId, PaymentId, PoolId, TicketId, UserId
from tests.grpc_app.sampled import (
    AT,
    EVENT_ID,
    HOLD_ID,
    LATER,
    ORDER_ID,
    ORGANIZER_ID,
    PRICE,
    TYPE_ID,
    uuid,
)
from tests.grpc_app.samples_log import FACT
from tests.grpc_app.samples_money import ATTENTION, POSTING, RECONCILIATION, REFUND
from tests.grpc_app.samples_webhooks import DELIVERY, ENDPOINT

LINE = LineView(ticket_type_id=TYPE_ID, quantity=2, unit_price=PRICE)
CHARGE = ChargeView(kind="TAX", name="VAT", amount=PRICE, included=True)

USER = UserView(
    id=UserId(uuid(6)),
    email="ada@example.org",
    email_verified=True,
    name="Ada Löw",
    active=True,
    superuser=True,
    created_at=AT,
)
TOKENS = TokensView(access_token="abc", refresh_token="def", token_type="Bearer", expires_in=600)
GUEST = GuestView(id=UserId(uuid(10)), access_token="abc", token_type="Bearer", expires_in=900)
ORGANIZER = OrganizerView(id=ORGANIZER_ID, name="Theatre", slug="theatre", created_at=AT)
OWN_ORGANIZER = OwnOrganizerView(
    id=ORGANIZER_ID, name="Theatre", slug="theatre", role="OWNER", created_at=AT
)
MEMBER = MemberView(
    user_id=UserId(uuid(6)), name="Ada Löw", email="ada@example.org", role="FINANCE", joined_at=AT
)
INVITATION = InvitationView(
    id=InvitationId(uuid(11)),
    organizer_id=ORGANIZER_ID,
    email="ben@example.org",
    role="SCANNER",
    state="OPEN",
    created_at=AT,
    expires_at=LATER,
)
API_KEY = ApiKeyView(
    id=ApiKeyId(uuid(12)),
    organizer_id=ORGANIZER_ID,
    name="Box office",
    hint="hf_live_a1B2",
    live=True,
    scopes=("GetEvent", "ListEvents"),
    created_at=AT,
    expires_at=LATER,
    last_used_at=LATER - timedelta(minutes=1),
    revoked_at=LATER + timedelta(minutes=1),
    key="hf_live_a1B2c3D4",
)
EVENT = EventView(
    id=EVENT_ID,
    organizer_id=ORGANIZER_ID,
    name="Hamlet",
    description="A play",
    venue="Main hall",
    timezone="Europe/Berlin",
    starts_at=AT,
    ends_at=LATER,
    currency="EUR",
    state="ON_SALE",
    max_per_buyer=4,
    offline_payment_hours=72,
    prices_include_tax=True,
    pass_on_fees=True,
    ticket_types=(
        TicketTypeView(
            id=TYPE_ID,
            name="Standing",
            price=PRICE,
            capacity=500,
            max_per_order=10,
            pools=("Standing", "Hall"),
            tax_name="VAT",
            tax_rate_basis_points=700,
        ),
    ),
    pools=(PoolView(id=PoolId(uuid(7)), name="Hall", capacity=900),),
    created_at=AT,
    updated_at=LATER,
    version=3,
)
AVAILABILITY = AvailabilityView(
    event_id=EVENT_ID,
    ticket_types=(
        TicketTypeAvailability(
            ticket_type_id=TYPE_ID, available=470, held=20, sold=10, capacity=500
        ),
    ),
    as_of=AT,
)
HOLD = HoldView(
    id=HOLD_ID,
    event_id=EVENT_ID,
    state="ACTIVE",
    lines=(LINE,),
    charges=(CHARGE,),
    total=MoneyView(amount=2500, currency="EUR"),
    expires_at=LATER,
    created_at=AT,
)
PAYMENT = PaymentView(
    id=PaymentId(uuid(8)),
    order_id=ORDER_ID,
    provider="simulated",
    method="succeed",
    state="REQUIRES_ACTION",
    amount=PRICE,
    client_secret="s3cret",
    redirect_url="https://pay.example/1",
    failure="none yet",
    created_at=AT,
)
ORDER = OrderView(
    id=ORDER_ID,
    number="ABCD-1234",
    state="PENDING_PAYMENT",
    event_id=EVENT_ID,
    hold_id=HOLD_ID,
    buyer=BuyerView(name="Ada", email="ada@example.org"),
    lines=(LINE,),
    charges=(CHARGE,),
    total=PRICE,
    refunded=PRICE,
    payment=PAYMENT,
    expires_at=LATER,
    created_at=AT,
)
UPDATE = OrderUpdateView(
    cursor="WyJvcmRlciIsN10",
    changes=(ChangeView(type="order.confirmed", occurred_at=LATER),),
    order=ORDER,
    final=True,
)
TICKET = TicketView(
    id=TicketId(uuid(9)),
    order_id=ORDER_ID,
    event_id=EVENT_ID,
    ticket_type_id=TYPE_ID,
    code="c0de",
    state="ISSUED",
    disputed=True,
    issued_at=AT,
)
ANSWERS: dict[str, object] = {
    "Register": USER,
    "Login": TOKENS,
    "RefreshToken": TOKENS,
    "Logout": None,
    "LogoutEverywhere": None,
    "RequestPasswordReset": None,
    "ResetPassword": None,
    "RequestEmailVerification": None,
    "VerifyEmail": None,
    "GetMe": USER,
    "UpdateMe": USER,
    "ChangePassword": USER,
    "ListUsers": Page(items=(USER,), next_page_token="next"),
    "GetUser": USER,
    "ActivateUser": USER,
    "DeactivateUser": USER,
    "GrantSuperuser": USER,
    "RevokeSuperuser": USER,
    "CreateGuest": GUEST,
    "ClaimGuests": ClaimView(guests=3),
    "CreateOrganizer": ORGANIZER,
    "GetOrganizer": ORGANIZER,
    "GetReconciliation": RECONCILIATION,
    "ListOrganizers": Page(items=(OWN_ORGANIZER,), next_page_token="next"),
    "ListMembers": Page(items=(MEMBER,), next_page_token="next"),
    "ChangeMemberRole": MEMBER,
    "RemoveMember": MEMBER,
    "InviteMember": INVITATION,
    "ListInvitations": Page(items=(INVITATION,), next_page_token="next"),
    "RevokeInvitation": INVITATION,
    "AcceptInvitation": OWN_ORGANIZER,
    "CreateApiKey": API_KEY,
    "ListApiKeys": Page(items=(API_KEY,), next_page_token="next"),
    "RevokeApiKey": API_KEY,
    "CreateEvent": EVENT,
    "GetEvent": EVENT,
    "ListEvents": Page(items=(EVENT,), next_page_token="next"),
    "UpdateEvent": EVENT,
    "AddTicketType": EVENT,
    "PublishEvent": EVENT,
    "CloseEvent": EVENT,
    "CancelEvent": EVENT,
    "GetAvailability": AVAILABILITY,
    "CreateHold": HOLD,
    "GetHold": HOLD,
    "ExtendHold": HOLD,
    "ReleaseHold": HOLD,
    "CreateOrder": ORDER,
    "GetOrder": ORDER,
    "ListOrders": Page(items=(ORDER,), next_page_token="next"),
    "PayOrder": PAYMENT,
    "CancelOrder": ORDER,
    "RefundOrder": REFUND,
    "ListRefunds": Page(items=(REFUND,), next_page_token="next"),
    "ConfirmPayment": PAYMENT,
    "ListPostings": Page(items=(POSTING,), next_page_token="next"),
    "ListTickets": Page(items=(TICKET,), next_page_token="next"),
    "ListFacts": Page(items=(FACT,), next_page_token="next"),
    "WatchAvailability": AVAILABILITY,
    "WatchOrder": UPDATE,
    "ListAttention": Page(items=(ATTENTION,), next_page_token="next"),
    "ResolveAttention": ATTENTION,
    "CreateWebhookEndpoint": ENDPOINT,
    "ListWebhookEndpoints": Page(items=(ENDPOINT,), next_page_token="next"),
    "UpdateWebhookEndpoint": ENDPOINT,
    "RotateWebhookSecret": ENDPOINT,
    "DeleteWebhookEndpoint": None,
    "SendTestWebhook": DELIVERY,
    "ListWebhookDeliveries": Page(items=(DELIVERY,), next_page_token="next"),
    "ReplayWebhookDeliveries": ReplayView(replayed=7),
}
"""What each operation answers; None: nothing."""
