"""What is lost, refused or half done on the way to Stripe, and the same call again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.payments import CallRefused, OutcomeUnknown
from domain.order.payment import PaymentState
from domain.order.refund import RefundState
from infrastructure.stripe.payments import StripePayments
from shared.ids import RefundId
from tests.adapters.stripe.bench import StripeBench, on_the_bench
from tests.contracts.provider_bench import insist, key
from tests.contracts.world import IDS
from tests.fakes.stripe.faults import Fault, FaultPlan, RandomFaults
from tests.fakes.stripe.server import Server

LOST_AFTERWARDS = [Fault.EFFECT_THEN_500, Fault.EFFECT_THEN_HANG, Fault.EFFECT_THEN_KEPT_500]
LOST_BEFORE = [Fault.HANG, Fault.UNAVAILABLE, Fault.RATE_LIMITED, Fault.LOCKED]
REFUND = RefundId(IDS.uuid())


@asynccontextmanager
async def failing(
    fake: Server, operation: str, *faults: Fault, method: str = "card"
) -> AsyncIterator[StripeBench]:
    async with on_the_bench(fake, method, faults=FaultPlan({operation: faults})) as bench:
        yield bench


async def lost(
    bench: StripeBench, operation: str, call: Callable[[StripePayments], Awaitable[object]]
) -> None:
    """By somebody in a hurry, of whose call Stripe has heard, and at which it is no more."""
    async with bench.adapter(timeout=0.3) as hurried:
        with pytest.raises(OutcomeUnknown):
            await call(hurried)
        while operation not in {name for name, _ in bench.world.calls}:  # we were too slow
            with suppress(OutcomeUnknown):
                await call(hurried)
        while bench.world.keys.busy:
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("fault", LOST_AFTERWARDS + LOST_BEFORE)
@pytest.mark.parametrize("method", ["card", "checkout"])
async def test_a_lost_creation_is_one_payment(fake: Server, fault: Fault, method: str) -> None:
    operation = "create_session" if method == "checkout" else "create"
    async with failing(fake, operation, fault, method=method) as bench:
        wanted, first = bench.charge(), key("authorize")
        await lost(bench, operation, lambda hurried: hurried.authorize(wanted, key=first))
        seen = await bench.payments.authorize(wanted, key=first)
        assert seen.state is PaymentState.REQUIRES_ACTION
        kind = "checkout.session" if method == "checkout" else "payment_intent"
        assert [each["id"] for each in bench.world.desk.all(kind)] == [seen.reference]
        assert {used for _, used in bench.world.calls if used} == {first}


@pytest.mark.parametrize("fault", LOST_AFTERWARDS + LOST_BEFORE)
async def test_a_lost_capture_is_one_capture(fake: Server, fault: Fault) -> None:
    async with failing(fake, "capture", fault) as bench:
        asked, once = await bench.promise(), key("capture")
        await lost(
            bench,
            "capture",
            lambda hurried: hurried.capture(asked, amount=asked.amount, key=once),
        )
        seen = await bench.payments.capture(asked, amount=asked.amount, key=once)
        assert seen.state is PaymentState.CAPTURED
        assert (await bench.promised(), await bench.taken()) == (0, 1250)


@pytest.mark.parametrize("fault", LOST_AFTERWARDS + LOST_BEFORE)
async def test_a_lost_cancellation(fake: Server, fault: Fault) -> None:
    async with failing(fake, "cancel", fault) as bench:
        asked, once = await bench.promise(), key("cancel")
        await lost(bench, "cancel", lambda hurried: hurried.cancel(asked, key=once))
        seen = await bench.payments.cancel(asked, key=once)
        assert seen.state is PaymentState.CANCELLED and await bench.promised() == 0


@pytest.mark.parametrize("fault", LOST_AFTERWARDS + LOST_BEFORE)
async def test_a_lost_refund_is_one_refund(fake: Server, fault: Fault) -> None:
    async with failing(fake, "refund", fault) as bench:
        asked, amount, once = await bench.take(), bench.money(400), f"{REFUND}-refund"
        await lost(
            bench,
            "refund",
            lambda hurried: hurried.refund(asked, refund_id=REFUND, amount=amount, key=once),
        )
        seen = await bench.refund(asked, 400, id=REFUND)
        assert seen.state is RefundState.SUCCEEDED and await bench.taken() == 850


async def test_an_error_that_stripe_keeps_is_no_leave_to_refund_twice(fake: Server) -> None:
    """Nothing happened, but nobody can know: the answer to the key is 500 for a day."""
    async with failing(fake, "refund", Fault.EFFECT_THEN_KEPT_500) as bench:
        asked = await bench.take()
        with pytest.raises(OutcomeUnknown):
            await bench.refund(asked, 400, id=REFUND)
        bench.world.desk.things = {
            id: thing
            for id, thing in bench.world.desk.things.items()
            if thing["object"] != "refund"
        }
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                await bench.refund(asked, 400, id=REFUND)
        assert len({used for name, used in bench.world.calls if name == "refund"}) == 1
        bench.world.keys.forget()
        assert (await bench.refund(asked, 400, id=REFUND)).state is RefundState.SUCCEEDED


async def test_a_kept_error_of_a_creation_that_search_does_not_show_yet(fake: Server) -> None:
    async with failing(fake, "create", Fault.EFFECT_THEN_KEPT_500) as bench:
        bench.world.search_lag = timedelta(minutes=1)
        wanted, first = bench.charge(), key("authorize")
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                await bench.payments.authorize(wanted, key=first)
        assert await bench.payments.find(bench.asked(wanted)) is None
        bench.pass_time(timedelta(minutes=1))
        seen = await bench.payments.authorize(wanted, key=first)
        assert seen == await bench.payments.find(bench.asked(wanted))
        assert len(bench.world.desk.all("payment_intent")) == 1


async def test_a_refusal_is_asked_anew_when_things_have_changed(stripe: StripeBench) -> None:
    """Stripe repeats its refusal for a day; the bank answers after a minute."""
    wanted, once = stripe.charge(), key("cancel")
    asked = stripe.asked(wanted, await stripe.payments.authorize(wanted, key=key("authorize")))
    assert asked.reference is not None
    stripe.world.intents.begin(asked.reference)
    for _ in range(3):
        assert (await stripe.payments.cancel(asked, key=once)).state is PaymentState.PROCESSING
    stripe.world.pay(asked.reference)
    assert (await stripe.payments.cancel(asked, key=once)).state is PaymentState.CANCELLED
    keys = [used for name, used in stripe.world.calls if name == "cancel"]
    assert len(set(keys)) == 4 and await stripe.promised() == 0


async def test_a_refused_refund_can_work_later(stripe: StripeBench) -> None:
    asked = await stripe.take()
    stripe.world.refunds.dispute(str(asked.reference))
    assert (await stripe.refund(asked, 400, id=REFUND)).failure == "charge_disputed"
    await stripe.end_dispute(asked, won=True)
    for _ in range(2):
        assert (await stripe.refund(asked, 400, id=REFUND)).state is RefundState.SUCCEEDED
    assert await stripe.taken() == 850


async def test_a_refused_capture_leaves_its_key_unused(stripe: StripeBench) -> None:
    asked, once = await stripe.promise(), key("capture")
    with pytest.raises(CallRefused, match="amount_too_large"):
        await stripe.payments.capture(asked, amount=stripe.money(1251), key=once)
    with pytest.raises(CallRefused, match="idempotency_error"):
        await stripe.payments.capture(asked, amount=asked.amount, key=once)
    seen = await stripe.payments.capture(asked, amount=asked.amount, key=f"{once}-other")
    assert seen.state is PaymentState.CAPTURED


async def test_a_bank_that_does_not_keep_its_word(stripe: StripeBench) -> None:
    asked, once = await stripe.promise(), key("capture")
    stripe.world.intents.uncapturable[str(asked.reference)] = "card_declined"
    seen = await stripe.payments.capture(asked, amount=asked.amount, key=once)
    assert (seen.state, seen.failure) == (PaymentState.FAILED, "card_declined")
    assert (await stripe.promised(), await stripe.taken()) == (0, 0)


async def test_a_wrong_key_of_the_api_may_be_put_right(stripe: StripeBench) -> None:
    async with stripe.adapter(api_key="sk_test_revoked") as payments:
        with pytest.raises(OutcomeUnknown):
            await payments.authorize(stripe.charge(), key=key("authorize"))


async def test_nobody_there(stripe: StripeBench) -> None:
    async with stripe.adapter(api_base="http://127.0.0.1:9") as payments:
        with pytest.raises(OutcomeUnknown):
            await payments.find(await stripe.promise())


async def test_what_cannot_be_refused_by_stripe_any_more(stripe: StripeBench) -> None:
    asked = replace(await stripe.promise(), amount=stripe.money(1250))
    dollars = replace(asked.amount, currency="USD")
    with pytest.raises(CallRefused, match="currency_mismatch"):
        await stripe.payments.capture(asked, amount=dollars, key=key("capture"))
    with pytest.raises(CallRefused, match="currency_mismatch"):
        await stripe.payments.refund(asked, refund_id=REFUND, amount=dollars, key=key("refund"))
    unknown = replace(asked, reference=None, payment_id=stripe.charge().payment_id)
    for call in (
        stripe.payments.cancel(unknown, key=key("cancel")),
        stripe.refund(unknown, 1),
    ):
        with pytest.raises(CallRefused, match="payment_unknown"):
            await call


@pytest.mark.parametrize("seed", range(3))
async def test_money_adds_up_whatever_goes_wrong(fake: Server, seed: int) -> None:
    """A third of all calls go wrong, and each is repeated with its key until it is answered."""
    lost = (*LOST_AFTERWARDS[:2], *LOST_BEFORE)
    faults = RandomFaults(0.33, seed=seed, among=lost)
    async with on_the_bench(fake, faults=faults, timeout=0.1) as bench:
        payments, paid, back = bench.payments, 0, 0
        for number in range(12):
            wanted, amount = bench.charge(amount=1000 + number), bench.money(1000 + number)
            first, second = key("authorize"), key("end")
            seen = await insist(lambda: payments.authorize(wanted, key=first))
            bench.world.pay(seen.reference)
            asked = bench.asked(wanted, seen)
            if number % 3 == 0:
                await insist(lambda: payments.cancel(asked, key=second))
                continue
            await insist(lambda: payments.capture(asked, amount=amount, key=second))
            paid += amount.amount
            if number % 3 == 1:
                id = RefundId(IDS.uuid())
                await insist(lambda: bench.refund(asked, 300, id=id))
                back += 300
        assert (await bench.promised(), await bench.taken()) == (0, paid - back)
        assert len(bench.world.desk.all("payment_intent")) == 12


async def test_an_answer_that_drips_is_none(stripe: StripeBench) -> None:
    """Each byte comes in time, and the whole never does."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n")
        try:
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            writer.close()

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        asked = await stripe.promise()
        async with stripe.adapter(api_base=f"http://127.0.0.1:{port}", timeout=0.2) as payments:
            async with asyncio.timeout(60):
                with pytest.raises(OutcomeUnknown):
                    await payments.find(asked)
