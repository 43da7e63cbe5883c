"""One of every view, with nothing left at its default."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from application.views.attention import AttentionView
from application.views.event import (
    AvailabilityView,
    EventView,
    PoolView,
    TicketTypeAvailability,
    TicketTypeView,
)
from application.views.hold import ChargeView, HoldView, LineView
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
from application.views.posting import EntryView, PostingView
from application.views.reconciliation import (
    BalanceView,
    DiscrepancyView,
    ReconciliationView,
    ReportView,
    TotalView,
)
from application.views.refund import RefundView
from application.views.ticket import TicketView
from application.views.user import ClaimView, GuestView, TokensView, UserView
from shared.ids import (
    ApiKeyId,
    AttentionId,
    EventId,
    HoldId,
    InvitationId,
    OrderId,
    OrganizerId,
    PaymentId,
    PoolId,
    PostingId,
    RefundId,
    TicketId,
    TicketTypeId,
    UserId,
)

AT = datetime(2030, 6, 1, 20, 30, 15, 123456, tzinfo=UTC)
LATER = AT + timedelta(hours=2)


def uuid(number: int) -> UUID:
    return UUID(int=0x01890000_0000_7000_8000_000000000000 + number)


EVENT_ID, ORGANIZER_ID, HOLD_ID = EventId(uuid(1)), OrganizerId(uuid(2)), HoldId(uuid(3))
ORDER_ID, TYPE_ID = OrderId(uuid(4)), TicketTypeId(uuid(5))
PRICE = MoneyView(amount=1250, currency="EUR")
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
REFUND = RefundView(
    id=RefundId(uuid(13)),
    order_id=ORDER_ID,
    payment_id=PaymentId(uuid(8)),
    state="FAILED",
    amount=PRICE,
    reason="Ada cannot come",
    ticket_ids=(TicketId(uuid(9)), TicketId(uuid(14))),
    retry_of=RefundId(uuid(15)),
    failure="expired_card",
    created_at=AT,
)
POSTING = PostingView(
    id=PostingId(uuid(16)),
    kind="REFUND",
    source_id=uuid(13),
    payment_id=PaymentId(uuid(8)),
    provider="simulated",
    currency="EUR",
    entries=(
        EntryView(account="PROVIDER", amount=-1250),
        EntryView(account="ORGANIZER", amount=1250),
    ),
    occurred_at=AT,
)
ATTENTION = AttentionView(
    id=AttentionId(uuid(17)),
    kind="REFUND_FAILED",
    subject_id=uuid(13),
    organizer_id=ORGANIZER_ID,
    order_id=ORDER_ID,
    live=True,
    detail="The provider refused the refund.",
    state="RESOLVED",
    choices=("RETRY", "DISMISS"),
    choice="DONE_BY_HAND",
    note="By bank transfer.",
    created_at=AT,
    resolved_at=LATER,
)
RECONCILIATION = ReconciliationView(
    organizer_id=ORGANIZER_ID,
    live=True,
    balances=(
        BalanceView(
            currency="EUR", provider=1250, disputed=250, organizer=-1100, tax=-300, platform=-100
        ),
    ),
    totals=(TotalView(currency="EUR", kind="CHARGE", amount=1500),),
    reports=(
        ReportView(
            id=uuid(18),
            provider="simulated",
            since=AT,
            until=LATER,
            compared=4,
            discrepancies=(
                DiscrepancyView(
                    kind="AMOUNT",
                    reference="pay_1",
                    ours=1250,
                    theirs=1200,
                    currency="EUR",
                    payment_id=PaymentId(uuid(8)),
                    order_id=ORDER_ID,
                ),
            ),
            created_at=LATER + timedelta(minutes=1),
        ),
    ),
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
    "ListAttention": Page(items=(ATTENTION,), next_page_token="next"),
    "ResolveAttention": ATTENTION,
}
"""What each operation answers; None: nothing."""
