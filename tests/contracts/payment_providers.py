"""The exam of every adapter of the Payments port."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from application.errors import WebhookInvalid
from application.ports.payments import CallRefused, Charge, Payments
from domain.order.payment import Observation, PaymentState
from shared.ids import OrderId, PaymentId
from shared.money import Money
from tests.contracts.world import IDS, crowd

Webhook = tuple[bytes, Mapping[str, str]]


class Bench(ABC):
    """A provider with its adapter under test, and the world around it."""

    payments: Payments
    promising: str
    """A method that is authorized at once, and can be captured."""
    declined: str
    """A method that fails at once."""
    acting: str
    """A method that needs a human."""
    signature_header: str
    """The lower-case name of the header that carries the signature."""

    @abstractmethod
    async def approve(self, seen: Observation) -> None:
        """A human does what the provider asks for."""

    @abstractmethod
    async def webhooks(self) -> Sequence[Webhook]:
        """Those the provider would send now, signed now."""

    @abstractmethod
    def pass_time(self, by: timedelta) -> None:
        """For the provider and the adapter."""

    @abstractmethod
    async def taken(self) -> int:
        """Minor units the provider has taken and not given back, by its own books."""

    @abstractmethod
    async def promised(self) -> int:
        """Minor units the provider has reserved at payers, by its own books."""


def eur(amount: int) -> Money:
    return Money(amount, "EUR")


def charge(method: str, amount: Money = eur(1250)) -> Charge:
    return Charge(
        payment_id=PaymentId(IDS.uuid()),
        order_id=OrderId(IDS.uuid()),
        amount=amount,
        method=method,
        description="Order HF-1",
    )


def key(action: str) -> str:
    return f"{IDS.uuid()}-{action}"


class PaymentsContract:
    async def promise(self, bench: Bench, amount: Money = eur(1250)) -> str:
        seen = await bench.payments.authorize(charge(bench.promising, amount), key=key("authorize"))
        assert seen.state is PaymentState.AUTHORIZED
        return seen.reference

    async def take(self, bench: Bench) -> str:
        reference = await self.promise(bench)
        seen = await bench.payments.capture(reference, amount=eur(1250), key=key("capture"))
        assert seen.state is PaymentState.CAPTURED
        return reference

    def test_methods_are_named(self, bench: Bench) -> None:
        assert bench.payments.name
        assert bench.payments.default_method in bench.payments.methods
        assert {bench.promising, bench.declined, bench.acting} <= bench.payments.methods

    async def test_a_promise_takes_nothing(self, bench: Bench) -> None:
        wanted = charge(bench.promising)
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        assert seen.state is PaymentState.AUTHORIZED and seen.failure is None
        assert await bench.payments.find(wanted.payment_id) == seen
        assert (await bench.promised(), await bench.taken()) == (1250, 0)

    async def test_a_declined_payment_is_an_answer(self, bench: Bench) -> None:
        wanted = charge(bench.declined)
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        assert seen.state is PaymentState.FAILED and seen.failure
        assert await bench.payments.find(wanted.payment_id) == seen
        assert (await bench.promised(), await bench.taken()) == (0, 0)

    async def test_a_human_is_asked(self, bench: Bench) -> None:
        wanted = charge(bench.acting)
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        assert seen.state is PaymentState.REQUIRES_ACTION
        assert seen.redirect_url or seen.client_secret
        assert await bench.promised() == 0
        await bench.approve(seen)
        after = await bench.payments.find(wanted.payment_id)
        assert after is not None and after.reference == seen.reference
        assert after.state is PaymentState.AUTHORIZED and after.redirect_url is None

    async def test_an_unknown_payment_is_not_found(self, bench: Bench) -> None:
        assert await bench.payments.find(PaymentId(IDS.uuid())) is None

    async def test_calls_on_unknown_payments_are_refused(self, bench: Bench) -> None:
        unknown = "sim_" + "0" * 24
        with pytest.raises(CallRefused):
            await bench.payments.capture(unknown, amount=eur(1), key=key("capture"))
        with pytest.raises(CallRefused):
            await bench.payments.cancel(unknown, key=key("cancel"))
        with pytest.raises(CallRefused):
            await bench.payments.refund(unknown, amount=eur(1), key=key("refund"))

    async def test_a_repeated_call_has_one_effect_and_one_answer(self, bench: Bench) -> None:
        wanted, first = charge(bench.promising), key("authorize")
        seen = await bench.payments.authorize(wanted, key=first)
        assert await bench.payments.authorize(wanted, key=first) == seen
        second = key("capture")
        taken = await bench.payments.capture(seen.reference, amount=eur(1250), key=second)
        again = await bench.payments.capture(seen.reference, amount=eur(1250), key=second)
        assert taken == again and await bench.taken() == 1250
        third = key("refund")
        for _ in range(3):
            assert await bench.payments.refund(seen.reference, amount=eur(500), key=third) is None
        assert await bench.taken() == 750
        # The first answer is kept: it says how the payment stood then.
        assert await bench.payments.authorize(wanted, key=first) == seen

    async def test_equal_calls_at_once_have_one_effect(self, bench: Bench) -> None:
        wanted, first = charge(bench.promising), key("authorize")
        seen = await crowd(bench.payments.authorize(wanted, key=first) for _ in range(20))
        assert isinstance(seen[0], Observation) and all(each == seen[0] for each in seen)
        reference, second, third = seen[0].reference, key("capture"), key("refund")
        taken = await crowd(
            bench.payments.capture(reference, amount=eur(1250), key=second) for _ in range(20)
        )
        assert Counter(map(repr, taken)) == {repr(taken[0]): 20}
        assert (await bench.promised(), await bench.taken()) == (0, 1250)
        assert (
            await crowd(
                bench.payments.refund(reference, amount=eur(300), key=third) for _ in range(20)
            )
            == [None] * 20
        )
        assert await bench.taken() == 950

    async def test_different_calls_at_once_take_money_once(self, bench: Bench) -> None:
        reference = await self.promise(bench)
        await crowd(
            bench.payments.capture(reference, amount=eur(1250), key=key("capture"))
            for _ in range(10)
        )
        assert (await bench.promised(), await bench.taken()) == (0, 1250)
        refunds = await crowd(
            bench.payments.refund(reference, amount=eur(500), key=key("refund")) for _ in range(10)
        )
        assert refunds.count(None) == 2 and await bench.taken() == 250

    async def test_capture_and_cancel_at_once_have_one_winner(self, bench: Bench) -> None:
        for _ in range(5):
            before = await bench.taken()
            reference = await self.promise(bench)
            seen = await crowd(
                (
                    bench.payments.capture(reference, amount=eur(1250), key=key("capture")),
                    bench.payments.cancel(reference, key=key("cancel")),
                )
            )
            states = {each.state for each in seen if isinstance(each, Observation)}
            assert len(seen) == 2 and states in ({PaymentState.CAPTURED}, {PaymentState.CANCELLED})
            won = states == {PaymentState.CAPTURED}
            assert (await bench.promised(), await bench.taken() - before) == (0, 1250 * won)

    async def test_a_key_with_other_content_is_refused(self, bench: Bench) -> None:
        wanted, first = charge(bench.promising), key("authorize")
        seen = await bench.payments.authorize(wanted, key=first)
        with pytest.raises(CallRefused):
            await bench.payments.authorize(charge(bench.promising), key=first)
        second = key("refund")
        await bench.payments.capture(seen.reference, amount=eur(1250), key=key("capture"))
        assert await bench.payments.refund(seen.reference, amount=eur(100), key=second) is None
        with pytest.raises(CallRefused):
            await bench.payments.refund(seen.reference, amount=eur(200), key=second)
        assert await bench.taken() == 1150

    async def test_wrong_amounts_are_refused(self, bench: Bench) -> None:
        reference = await self.promise(bench)
        with pytest.raises(CallRefused):
            await bench.payments.capture(reference, amount=eur(1251), key=key("capture"))
        with pytest.raises(CallRefused):
            await bench.payments.capture(reference, amount=Money(1250, "USD"), key=key("capture"))
        assert (await bench.promised(), await bench.taken()) == (1250, 0)

    async def test_a_refused_call_leaves_its_key_unused(self, bench: Bench) -> None:
        reference, first = await self.promise(bench), key("capture")
        with pytest.raises(CallRefused):
            await bench.payments.capture(reference, amount=eur(1251), key=first)
        seen = await bench.payments.capture(reference, amount=eur(1250), key=first)
        assert seen.state is PaymentState.CAPTURED

    async def test_less_can_be_captured(self, bench: Bench) -> None:
        reference = await self.promise(bench)
        seen = await bench.payments.capture(reference, amount=eur(1000), key=key("capture"))
        assert seen.state is PaymentState.CAPTURED
        assert (await bench.promised(), await bench.taken()) == (0, 1000)

    async def test_promises_and_questions_can_be_cancelled(self, bench: Bench) -> None:
        for method in (bench.promising, bench.acting):
            wanted = charge(method)
            reference = (await bench.payments.authorize(wanted, key=key("authorize"))).reference
            seen = await bench.payments.cancel(reference, key=key("cancel"))
            assert seen.state is PaymentState.CANCELLED and seen.redirect_url is None
            assert await bench.payments.find(wanted.payment_id) == seen
            after = await bench.payments.capture(reference, amount=eur(1250), key=key("capture"))
            assert after.state is PaymentState.CANCELLED
        assert (await bench.promised(), await bench.taken()) == (0, 0)

    async def test_taken_money_is_not_cancelled(self, bench: Bench) -> None:
        reference = await self.take(bench)
        seen = await bench.payments.cancel(reference, key=key("cancel"))
        assert seen.state is PaymentState.CAPTURED and await bench.taken() == 1250

    async def test_no_more_than_was_taken_goes_back(self, bench: Bench) -> None:
        reference = await self.take(bench)
        assert await bench.payments.refund(reference, amount=eur(1251), key=key("refund"))
        assert await bench.payments.refund(reference, amount=eur(1000), key=key("refund")) is None
        assert await bench.payments.refund(reference, amount=eur(251), key=key("refund"))
        assert await bench.payments.refund(reference, amount=eur(250), key=key("refund")) is None
        assert await bench.taken() == 0

    async def test_what_was_only_promised_cannot_be_refunded(self, bench: Bench) -> None:
        reference = await self.promise(bench)
        assert await bench.payments.refund(reference, amount=eur(1), key=key("refund"))

    async def test_every_change_is_announced(self, bench: Bench) -> None:
        reference = await self.take(bench)
        await bench.payments.refund(reference, amount=eur(1250), key=key("refund"))
        events = [bench.payments.verify(*each) for each in await bench.webhooks()]
        assert len({event.event_id for event in events}) == len(events) >= 3
        assert {event.reference for event in events} == {reference}
        assert {event.provider for event in events} == {bench.payments.name}
        assert all(event.occurred_at.tzinfo for event in events)

    async def test_a_repeated_call_is_announced_once(self, bench: Bench) -> None:
        wanted, first = charge(bench.promising), key("authorize")
        for _ in range(3):
            await bench.payments.authorize(wanted, key=first)
        assert len(await bench.webhooks()) == 1

    async def genuine(self, bench: Bench) -> Webhook:
        await self.promise(bench)
        (webhook,) = await bench.webhooks()
        return webhook

    async def test_a_changed_body_is_no_webhook(self, bench: Bench) -> None:
        body, headers = await self.genuine(bench)
        assert bench.payments.verify(body, headers).event_id
        for forged in (body + b" ", body.replace(b"authorized", b"cancelled!"), b"", b"{}"):
            assert forged != body
            with pytest.raises(WebhookInvalid):
                bench.payments.verify(forged, headers)

    async def test_a_wrong_signature_is_refused(self, bench: Bench) -> None:
        body, headers = await self.genuine(bench)
        name = bench.signature_header
        good = headers[name]
        other = good[:-1] + ("0" if good[-1] != "0" else "1")
        for bad in ("", "x", other, good[:-1], good.upper(), f"{good}, {good}", f"{good} ", "ü"):
            with pytest.raises(WebhookInvalid):
                bench.payments.verify(body, {**headers, name: bad})
        with pytest.raises(WebhookInvalid):
            bench.payments.verify(body, {each: headers[each] for each in headers if each != name})

    async def test_an_old_webhook_is_refused(self, bench: Bench) -> None:
        body, headers = await self.genuine(bench)
        bench.pass_time(timedelta(minutes=4))
        assert bench.payments.verify(body, headers).event_id
        bench.pass_time(timedelta(minutes=2))
        with pytest.raises(WebhookInvalid):
            bench.payments.verify(body, headers)
