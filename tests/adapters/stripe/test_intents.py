"""What is asked of Stripe, and what its intents say."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from application.ports.payments import CallRefused, OutcomeUnknown
from domain.order.payment import PaymentState
from tests.adapters.stripe.bench import StripeBench, on_the_bench
from tests.contracts.provider_bench import key
from tests.fakes.stripe.server import Server


async def test_what_an_intent_is_made_of(stripe: StripeBench) -> None:
    wanted = stripe.charge()
    seen = await stripe.payments.authorize(wanted, key=key("authorize"))
    (intent,) = stripe.world.desk.all("payment_intent")
    assert (intent["amount"], intent["currency"]) == (1250, "eur")
    assert (intent["capture_method"], intent["description"]) == ("manual", "Order HF-1")
    assert intent["metadata"] == {
        "payment_id": str(wanted.payment_id),
        "order_id": str(wanted.order_id),
        "order_number": wanted.number,
    }
    assert seen.client_secret == intent["client_secret"] and seen.redirect_url is None
    assert (seen.amount, seen.payment_id, seen.live) == (wanted.amount, wanted.payment_id, False)


async def test_a_method_that_promises_nothing_takes_at_once(fake: Server) -> None:
    async with on_the_bench(fake, "automatic") as bench:
        wanted = bench.charge()
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        (intent,) = bench.world.desk.all("payment_intent")
        assert intent["capture_method"] == "automatic"
        bench.world.intents.begin(seen.reference)
        asked = bench.asked(wanted, seen)
        late = await bench.payments.find(asked)
        assert late is not None and late.state is PaymentState.PROCESSING
        # The transfer is on its way: it cannot be called back, and arrives.
        kept = await bench.payments.cancel(asked, key=key("cancel"))
        assert kept.state is PaymentState.PROCESSING
        bench.world.pay(seen.reference)
        taken = await bench.payments.find(asked)
        assert taken is not None and taken.state is PaymentState.CAPTURED


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("requires_payment_method", PaymentState.REQUIRES_ACTION),
        ("requires_confirmation", PaymentState.REQUIRES_ACTION),
        ("requires_action", PaymentState.REQUIRES_ACTION),
        ("processing", PaymentState.PROCESSING),
        ("requires_capture", PaymentState.AUTHORIZED),
        ("succeeded", PaymentState.CAPTURED),
        ("canceled", PaymentState.CANCELLED),
    ],
)
async def test_every_status(stripe: StripeBench, status: str, state: PaymentState) -> None:
    asked = await stripe.promise()
    stripe.world.intents.get(str(asked.reference))["status"] = status
    seen = await stripe.payments.find(asked)
    assert seen is not None and seen.state is state
    assert (seen.client_secret is not None) == (state is PaymentState.REQUIRES_ACTION)


async def test_a_status_we_have_never_heard_of(stripe: StripeBench) -> None:
    asked = await stripe.promise()
    stripe.world.intents.get(str(asked.reference))["status"] = "requires_prayer"
    with pytest.raises(OutcomeUnknown):
        await stripe.payments.find(asked)


@pytest.mark.parametrize("field", ["status", "amount_received", "livemode"])
async def test_an_answer_that_lacks_something(stripe: StripeBench, field: str) -> None:
    asked = await stripe.take()
    del stripe.world.intents.get(str(asked.reference))[field]
    with pytest.raises(OutcomeUnknown, match=field):
        await stripe.payments.find(asked)


async def test_a_declined_buyer_may_try_again(stripe: StripeBench) -> None:
    wanted = stripe.charge()
    seen = await stripe.payments.authorize(wanted, key=key("authorize"))
    asked = stripe.asked(wanted, seen)
    stripe.world.decline(seen.reference)
    declined = await stripe.payments.find(asked)
    assert declined is not None and declined.state is PaymentState.REQUIRES_ACTION
    assert declined.failure == "insufficient_funds" and declined.client_secret
    stripe.world.pay(seen.reference)
    paid = await stripe.payments.find(asked)
    assert paid is not None
    assert (paid.state, paid.failure) == (PaymentState.AUTHORIZED, None)


async def test_what_differs_from_what_we_asked_for_is_told(stripe: StripeBench) -> None:
    asked = await stripe.promise()
    intent = stripe.world.intents.get(str(asked.reference))
    intent.update(amount=1, currency="usd", livemode=True)
    intent["metadata"]["payment_id"] = str(asked.order_id)
    seen = await stripe.payments.find(asked)
    assert seen is not None and seen.amount is not None
    assert (seen.amount.amount, seen.amount.currency, seen.live) == (1, "USD", True)
    assert seen.payment_id == asked.order_id


async def test_a_test_key_may_take_real_orders(stripe: StripeBench) -> None:
    async with stripe.adapter(live=True) as payments:
        seen = await payments.authorize(stripe.charge(), key=key("authorize"))
        assert payments.live and seen.live
    async with stripe.adapter(api_key=stripe.live_key, live=False) as payments:
        seen = await payments.authorize(stripe.charge(), key=key("authorize"))
        assert not payments.live and seen.live is False


async def test_a_reference_that_stripe_does_not_know_is_not_written_off(
    stripe: StripeBench,
) -> None:
    asked = replace(await stripe.promise(), reference="pi_of_another_account")
    with pytest.raises(CallRefused, match="resource_missing"):
        await stripe.payments.find(asked)


class TestCheckout:
    async def test_what_a_page_is_made_of(self, fake: Server) -> None:
        async with on_the_bench(fake, "checkout") as bench:
            pay_until = bench.now() + timedelta(minutes=10)
            wanted = replace(bench.charge(), pay_until=pay_until)
            seen = await bench.payments.authorize(wanted, key=key("authorize"))
            (session,) = bench.world.desk.all("checkout.session")
            assert (seen.reference, seen.redirect_url) == (session["id"], session["url"])
            assert (seen.amount, seen.payment_id) == (wanted.amount, wanted.payment_id)
            assert seen.state is PaymentState.REQUIRES_ACTION and seen.live is False
            assert session["expires_at"] == int((pay_until + timedelta(minutes=31)).timestamp())
            url = urlsplit(session["success_url"])
            assert url.path == f"/orders/{wanted.order_id}"
            assert parse_qs(url.query) == {"payment": [str(wanted.payment_id)]}
            assert session["data"]["capture_method"] == "manual"
            assert session["data"]["metadata"] == session["metadata"]

    async def test_a_page_asked_for_again_later_is_the_same(self, fake: Server) -> None:
        async with on_the_bench(fake, "checkout") as bench:
            wanted = replace(bench.charge(), pay_until=bench.now() + timedelta(minutes=10))
            first = key("authorize")
            seen = await bench.payments.authorize(wanted, key=first)
            bench.pass_time(timedelta(minutes=9))
            assert await bench.payments.authorize(wanted, key=first) == seen

    async def test_the_intent_is_the_reference_once_it_is_paid(self, fake: Server) -> None:
        async with on_the_bench(fake, "checkout") as bench:
            wanted = bench.charge()
            seen = await bench.payments.authorize(wanted, key=key("authorize"))
            page, nobody_said = bench.asked(wanted, seen), bench.asked(wanted)
            assert await bench.payments.find(nobody_said) == seen
            bench.world.decline(seen.reference)
            declined = await bench.payments.find(page)
            assert declined is not None and declined.failure == "insufficient_funds"
            assert declined.reference == seen.reference and declined.redirect_url
            bench.world.pay(seen.reference)
            for asked in (page, nobody_said):
                paid = await bench.payments.find(asked)
                assert paid is not None and paid.state is PaymentState.AUTHORIZED
                assert paid.reference.startswith("pi_") and paid.payment_id == wanted.payment_id
            taken = await bench.payments.capture(page, amount=wanted.amount, key=key("capture"))
            assert taken.state is PaymentState.CAPTURED

    async def test_cancelling_closes_the_page_or_forgets_the_promise(self, fake: Server) -> None:
        async with on_the_bench(fake, "checkout") as bench:
            for tried, paid in ((False, False), (True, False), (True, True)):
                wanted = bench.charge()
                seen = await bench.payments.authorize(wanted, key=key("authorize"))
                if tried:
                    bench.world.decline(seen.reference)
                if paid:
                    bench.world.pay(seen.reference)
                asked = bench.asked(wanted, seen)
                for _ in range(2):
                    ended = await bench.payments.cancel(asked, key=f"{wanted.payment_id}-cancel")
                    assert ended.state is PaymentState.CANCELLED and ended.redirect_url is None
                assert bench.world.sessions.get(seen.reference)["status"] != "open"
            assert await bench.promised() == 0

    async def test_a_page_ends_by_itself(self, fake: Server) -> None:
        async with on_the_bench(fake, "checkout") as bench:
            wanted = replace(bench.charge(), pay_until=bench.now() + timedelta(minutes=10))
            seen = await bench.payments.authorize(wanted, key=key("authorize"))
            asked = bench.asked(wanted, seen)
            with pytest.raises(CallRefused, match="payment_without_intent"):
                await bench.refund(asked, 1)
            assert await bench.payments.disputes(asked) == []
            bench.pass_time(timedelta(minutes=42))
            ended = await bench.payments.find(asked)
            assert ended is not None and ended.state is PaymentState.CANCELLED
