"""Webhooks: who signed them, when, for whom, and what they are about."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.errors import WebhookFault, WebhookInvalid
from application.ports.inbox import ProviderEvent, Topic
from infrastructure.stripe.events import PAYMENT_TYPES
from infrastructure.stripe.payments import StripePayments
from tests.adapters.stripe.bench import SECRETS, StripeBench
from tests.fakes.stripe.webhooks import HEADER, Webhook, signed

PAYMENT_ID = "0199c0de-0000-7000-8000-000000000001"
OLD, NEW = SECRETS


def event(type_: str = "payment_intent.succeeded", **changes: Any) -> dict[str, Any]:
    thing = {"id": "pi_1", "object": "payment_intent", "metadata": {"payment_id": PAYMENT_ID}}
    return {
        "id": "evt_1",
        "object": "event",
        "type": type_,
        "created": 1_893_499_200,
        "livemode": False,
        "data": {"object": thing},
        **changes,
    }


def about(thing: dict[str, Any], type_: str) -> dict[str, Any]:
    return event(type_, data={"object": thing})


class TestSignature:
    @pytest.mark.parametrize("secrets", [[OLD], [NEW], [OLD, NEW], ["other", NEW]])
    def test_any_of_our_secrets_will_do(self, stripe: StripeBench, secrets: list[str]) -> None:
        webhook = signed(event(), secrets, at=stripe.now())
        assert stripe.payments.verify(*webhook).event_id == "evt_1"

    def test_a_retired_secret_will_not(self, stripe: StripeBench) -> None:
        webhook = signed(event(), [OLD], at=stripe.now())
        with pytest.raises(WebhookInvalid):
            stripe.adapter(secrets=[NEW]).verify(*webhook)

    @pytest.mark.parametrize("secrets", [[], [""]])
    def test_without_a_secret_nothing_is_genuine(
        self, stripe: StripeBench, secrets: list[str]
    ) -> None:
        webhook = signed(event(), [""], at=stripe.now())
        with pytest.raises(WebhookInvalid):
            stripe.adapter(secrets=secrets).verify(*webhook)

    @pytest.mark.parametrize("minutes", [-6, 6])
    def test_it_must_be_of_now(self, stripe: StripeBench, minutes: int) -> None:
        for within, of in ((True, minutes * 0.8), (False, minutes)):
            webhook = signed(event(), [NEW], at=stripe.now() + timedelta(minutes=of))
            if within:
                assert stripe.payments.verify(*webhook).event_id
            else:
                with pytest.raises(WebhookInvalid):
                    stripe.payments.verify(*webhook)

    def test_another_scheme_is_no_signature(self, stripe: StripeBench) -> None:
        body, headers = signed(event(), [NEW], at=stripe.now())
        good = headers[HEADER]
        assert stripe.payments.verify(body, {HEADER: f"{good},v0={'0' * 64}"}).event_id
        for bad in (good.replace("v1=", "v0="), f"{good},{good}", f"{good}, {good}"):
            with pytest.raises(WebhookInvalid):
                stripe.payments.verify(body, {HEADER: bad})


def _send(stripe: StripeBench, told: dict[str, Any]) -> Webhook:
    return signed(told, [NEW], at=stripe.now())


class TestWhoseItIs:
    def test_of_the_other_mode(self, stripe: StripeBench) -> None:
        live = stripe.adapter(api_key=stripe.live_key, live=True)
        for adapter, livemode in ((stripe.payments, True), (live, False)):
            with pytest.raises(WebhookInvalid) as refused:
                adapter.verify(*_send(stripe, event(livemode=livemode)))
            assert refused.value.fault is WebhookFault.OTHER_MODE
        assert live.verify(*_send(stripe, event(livemode=True))).event_id

    def test_a_test_key_may_take_real_orders(self, stripe: StripeBench) -> None:
        """Its events say that they are no real money, and are expected to."""
        adapter = stripe.adapter(live=True)
        assert adapter.live and adapter.verify(*_send(stripe, event())).event_id

    def test_of_a_connected_account(self, stripe: StripeBench) -> None:
        with pytest.raises(WebhookInvalid) as refused:
            stripe.payments.verify(*_send(stripe, event(account="acct_1")))
        assert refused.value.fault is WebhookFault.OTHER_ACCOUNT

    @pytest.mark.parametrize(
        "told",
        [
            event(object="v2.core.event"),
            event(id=""),
            event(id="x" * 256),
            event(id="evt_\0"),
            event(type="payment_intent.\0"),
            event(created="now"),
            event(created=10**30),
            event(created=-(10**14)),
            event(livemode=None),
            event(data=None),
            event(data={"object": "pi_1"}),
            event(data={"object": {"object": "payment_intent", "id": 1}}),
            {},
        ],
        ids=str,
    )
    def test_signed_nonsense(self, stripe: StripeBench, told: dict[str, Any]) -> None:
        with pytest.raises(WebhookInvalid) as refused:
            stripe.payments.verify(*_send(stripe, told))
        assert refused.value.fault is WebhookFault.UNREADABLE

    def test_size_does_not_matter(self, stripe: StripeBench) -> None:
        """How much may be sent is the face's business."""
        told = event(padding="x" * 1_000_000)
        assert stripe.payments.verify(*_send(stripe, told)).reference == "pi_1"


class TestSubject:
    def read(self, stripe: StripeBench, told: dict[str, Any]) -> ProviderEvent:
        seen = stripe.payments.verify(*_send(stripe, told))
        assert isinstance(stripe.payments, StripePayments) and seen.provider == "stripe"
        return seen

    def test_a_payment(self, stripe: StripeBench) -> None:
        seen = self.read(stripe, event())
        assert (seen.topic, seen.reference) == (Topic.PAYMENT, "pi_1")
        assert seen.payment_id == UUID(PAYMENT_ID)
        assert seen.occurred_at.isoformat() == "2030-01-01T12:00:00+00:00"

    def test_a_session_before_and_after_it_is_paid(self, stripe: StripeBench) -> None:
        thing: dict[str, Any] = {"id": "cs_1", "object": "checkout.session"}
        seen = self.read(stripe, about(thing, "checkout.session.expired"))
        assert (seen.topic, seen.reference) == (Topic.PAYMENT, "cs_1")
        thing |= {"payment_intent": "pi_1", "metadata": {"payment_id": PAYMENT_ID}}
        seen = self.read(stripe, about(thing, "checkout.session.completed"))
        assert (seen.reference, seen.payment_id) == ("pi_1", UUID(PAYMENT_ID))

    @pytest.mark.parametrize(
        ("type_", "topic"),
        [
            ("refund.created", Topic.REFUND),
            ("refund.failed", Topic.REFUND),
            ("charge.refunded", Topic.REFUND),
            ("charge.refund.updated", Topic.REFUND),
            ("charge.dispute.created", Topic.DISPUTE),
            ("charge.dispute.funds_withdrawn", Topic.DISPUTE),
            ("charge.captured", Topic.PAYMENT),
        ],
    )
    def test_what_belongs_to_a_payment(self, stripe: StripeBench, type_: str, topic: Topic) -> None:
        thing = {"id": "xx_1", "object": "thing", "payment_intent": "pi_1", "metadata": {}}
        seen = self.read(stripe, about(thing, type_))
        assert (seen.topic, seen.reference, seen.payment_id) == (topic, "pi_1", None)

    @pytest.mark.parametrize("metadata", [None, {}, {"payment_id": "mine"}, {"other": "x"}])
    def test_a_payment_of_somebody_else_with_the_same_account(
        self, stripe: StripeBench, metadata: dict[str, str] | None
    ) -> None:
        thing = {"id": "pi_2", "object": "payment_intent", "metadata": metadata}
        seen = self.read(stripe, about(thing, "payment_intent.succeeded"))
        assert (seen.reference, seen.payment_id) == ("pi_2", None)

    @pytest.mark.parametrize("type_", ["balance.available", "payout.paid", "new.thing"])
    def test_what_is_no_business_of_ours_is_about_no_payment(
        self, stripe: StripeBench, type_: str
    ) -> None:
        seen = self.read(stripe, about({"object": "balance", "metadata": [1]}, type_))
        assert (seen.reference, seen.payment_id) == ("evt_1", None)

    def test_types_asked_for_fit_one_question(self) -> None:
        assert len(PAYMENT_TYPES) == len(set(PAYMENT_TYPES)) <= 20
