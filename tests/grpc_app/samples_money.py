"""One of every view of money, with nothing left at its default."""

from datetime import timedelta

from application.views.attention import AttentionView
from application.views.posting import EntryView, PostingView
from application.views.reconciliation import (
    BalanceView,
    DiscrepancyView,
    ReconciliationView,
    ReportView,
    TotalView,
)
from application.views.refund import RefundView
from shared.ids import AttentionId, PaymentId, PostingId, RefundId, TicketId
from tests.grpc_app.sampled import AT, LATER, ORDER_ID, ORGANIZER_ID, PRICE, uuid

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
