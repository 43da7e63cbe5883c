"""Offline payments: nobody is asked, so nothing is ever known but what was asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from application.errors import WebhookInvalid
from application.ports.payments import Asked, CallRefused, Charge
from domain.order.payment import PaymentState
from domain.order.refund import RefundState
from infrastructure.offline.payments import OfflinePayments
from shared.ids import OrderId, PaymentId, RefundId
from shared.money import Money
from tests.contracts.world import IDS

NOW = datetime.now(UTC)
PAYMENT, ORDER = PaymentId(IDS.uuid()), OrderId(IDS.uuid())
AMOUNT = Money(1250, "EUR")
ASKED = Asked(
    payment_id=PAYMENT,
    order_id=ORDER,
    reference=str(PAYMENT),
    amount=AMOUNT,
    method="invoice",
    asked_at=NOW,
)
CHARGE = Charge(
    payment_id=PAYMENT,
    order_id=ORDER,
    number="HF-1",
    amount=AMOUNT,
    method="invoice",
    description="Order HF-1",
    pay_until=NOW,
)


@pytest.fixture(params=[True, False])
def payments(request: pytest.FixtureRequest) -> OfflinePayments:
    live: bool = request.param
    return OfflinePayments(live=live)


def test_what_it_offers(payments: OfflinePayments) -> None:
    assert payments.name == "offline"
    assert payments.methods == {"bank_transfer", "box_office", "invoice"}
    assert payments.default_method in payments.methods
    assert OfflinePayments(live=True).live and not OfflinePayments(live=False).live


async def test_a_payment_waits_until_it_is_cancelled(payments: OfflinePayments) -> None:
    started = await payments.authorize(CHARGE, key="k-1")
    assert (started.state, started.reference) == (PaymentState.REQUIRES_ACTION, str(PAYMENT))
    assert await payments.authorize(CHARGE, key="k-1") == started
    assert await payments.find(ASKED) == started
    cancelled = await payments.cancel(ASKED, key="k-2")
    assert (cancelled.state, cancelled.reference) == (PaymentState.CANCELLED, started.reference)


async def test_it_is_captured_by_nobody(payments: OfflinePayments) -> None:
    with pytest.raises(CallRefused):
        await payments.capture(ASKED, amount=AMOUNT, key="k-3")


async def test_a_refund_waits_for_a_person(payments: OfflinePayments) -> None:
    refund_id = RefundId(IDS.uuid())
    asked = await payments.refund(ASKED, refund_id=refund_id, amount=AMOUNT, key="k-4")
    found = await payments.find_refund(ASKED, refund_id=refund_id, reference=None)
    assert asked == found and asked.state is RefundState.PENDING


async def test_there_is_no_ledger_but_ours(payments: OfflinePayments) -> None:
    assert await payments.movements(since=NOW - timedelta(days=1), until=NOW) is None
    assert await payments.disputes(ASKED) == ()
    assert await payments.missed_events(since=NOW) == ()


def test_nobody_sends_webhooks(payments: OfflinePayments) -> None:
    with pytest.raises(WebhookInvalid):
        payments.verify(b"{}", {})


async def test_keys_are_never_forgotten(payments: OfflinePayments) -> None:
    assert timedelta(days=10_000) < payments.keys_last
