"""The exam of every adapter of the Payments port."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from application.errors import WebhookInvalid
from application.ports.inbox import Topic
from application.ports.payments import Asked, CallRefused, MovementKind, Payments
from domain.order.dispute import DisputeState
from domain.order.payment import Observation, PaymentState
from domain.order.refund import RefundState
from shared.ids import OrderId, PaymentId, RefundId
from shared.money import Money
from tests.contracts.provider_bench import (
    Bench,
    RefundCourse,
    Webhook,
    insist,
    key,
    outcome,
    succeeded,
)
from tests.contracts.world import IDS, crowd

MINUS = {MovementKind.REFUND, MovementKind.DISPUTE, MovementKind.FEE}


class PaymentsContract:
    """Payments and webhooks, on a `bench` fixture; `RefundsContract` is the other half."""

    def test_methods_are_named(self, bench: Bench) -> None:
        assert bench.payments.name
        assert bench.payments.default_method in bench.payments.methods
        named = {bench.promising, bench.declined, bench.acting} - {None}
        assert named <= bench.payments.methods
        assert bench.payments.keys_last > timedelta(minutes=1)

    async def test_a_promise_takes_nothing(self, bench: Bench) -> None:
        asked = await bench.promise()
        seen = await bench.payments.find(asked)
        assert seen is not None and seen.failure is None
        assert (seen.state, seen.reference) == (PaymentState.AUTHORIZED, asked.reference)
        assert (await bench.promised(), await bench.taken()) == (1250, 0)

    async def test_what_is_said_of_a_payment_is_ours(self, bench: Bench) -> None:
        asked = await bench.take()
        seen = await bench.payments.find(asked)
        assert seen is not None
        assert seen.amount in (None, asked.amount)
        assert seen.payment_id in (None, asked.payment_id)
        assert seen.live in (None, bench.payments.live)

    async def test_a_payment_is_found_by_our_id_alone(self, bench: Bench) -> None:
        asked = await bench.take()
        seen = await bench.payments.find(replace(asked, reference=None))
        assert seen is not None
        assert (seen.reference, seen.state) == (asked.reference, PaymentState.CAPTURED)

    async def test_a_declined_payment_is_an_answer(self, bench: Bench) -> None:
        if bench.declined is None:
            pytest.skip("this provider declines nothing at once")
        wanted = bench.charge(bench.declined)
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        assert seen.state is PaymentState.FAILED and seen.failure
        found = await bench.payments.find(bench.asked(wanted, seen))
        assert found is not None and outcome(found) == outcome(seen)
        assert (await bench.promised(), await bench.taken()) == (0, 0)

    async def test_a_human_is_asked(self, bench: Bench) -> None:
        wanted = bench.charge(bench.acting)
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        assert seen.state is PaymentState.REQUIRES_ACTION
        assert seen.redirect_url or seen.client_secret
        assert (await bench.promised(), await bench.taken()) == (0, 0)
        await bench.approve(seen)
        after = await bench.payments.find(bench.asked(wanted, seen))
        assert after is not None
        assert after.state is bench.approved and after.redirect_url is None

    async def test_an_unknown_payment_is_not_found(self, bench: Bench) -> None:
        assert await bench.payments.find(bench.asked(bench.charge())) is None

    async def test_calls_on_unknown_payments_are_refused(self, bench: Bench) -> None:
        unknown = replace(bench.asked(bench.charge()), reference="xx_" + "0" * 24)
        with pytest.raises(CallRefused):
            await bench.payments.capture(unknown, amount=bench.money(1), key=key("capture"))
        with pytest.raises(CallRefused):
            await bench.refund(unknown, 1)

    async def test_a_repeated_call_has_one_effect(self, bench: Bench) -> None:
        wanted, first = bench.charge(), key("authorize")
        seen = await bench.payments.authorize(wanted, key=first)
        again = await bench.payments.authorize(wanted, key=first)
        assert outcome(again) == outcome(seen)
        asked = await bench.promise()
        second = key("capture")
        for _ in range(3):
            taken = await bench.payments.capture(asked, amount=asked.amount, key=second)
            assert taken.state is PaymentState.CAPTURED
        assert await bench.taken() == 1250
        if bench.keeps_answers and bench.promising is not None:
            await bench.payments.cancel(bench.asked(wanted, seen), key=key("cancel"))
            assert outcome(await bench.payments.authorize(wanted, key=first)) == outcome(seen)

    async def test_equal_calls_at_once_have_one_effect(self, bench: Bench) -> None:
        wanted, first = bench.charge(), key("authorize")
        seen = await crowd(
            insist(lambda: bench.payments.authorize(wanted, key=first)) for _ in range(20)
        )
        assert {outcome(each) if isinstance(each, Observation) else each for each in seen} == {
            outcome(next(each for each in seen if isinstance(each, Observation)))
        }
        asked, second = await bench.promise(), key("capture")
        promised, before = await bench.promised(), await bench.taken()
        taken = await crowd(
            insist(lambda: bench.payments.capture(asked, amount=asked.amount, key=second))
            for _ in range(20)
        )
        assert [each.state for each in taken if isinstance(each, Observation)] == [
            PaymentState.CAPTURED
        ] * 20
        assert (await bench.promised(), await bench.taken()) == (promised - 1250, before + 1250)

    async def test_different_calls_at_once_take_money_once(self, bench: Bench) -> None:
        asked = await bench.promise()
        keys = [key("capture") for _ in range(10)]
        await crowd(
            insist(partial(bench.payments.capture, asked, amount=asked.amount, key=each))
            for each in keys
        )
        assert (await bench.promised(), await bench.taken()) == (0, 1250)

    async def test_capture_and_cancel_at_once_have_one_winner(self, bench: Bench) -> None:
        for _ in range(5):
            before = await bench.taken()
            asked, keys = await bench.promise(), (key("capture"), key("cancel"))
            await crowd(
                (
                    insist(lambda: bench.payments.capture(asked, amount=asked.amount, key=keys[0])),
                    insist(lambda: bench.payments.cancel(asked, key=keys[1])),
                )
            )
            seen = await bench.payments.find(asked)
            assert seen is not None
            assert seen.state in (PaymentState.CAPTURED, PaymentState.CANCELLED)
            won = seen.state is PaymentState.CAPTURED
            assert (await bench.promised(), await bench.taken() - before) == (0, 1250 * won)

    async def test_a_key_with_other_content_is_refused(self, bench: Bench) -> None:
        wanted, first = bench.charge(), key("authorize")
        await bench.payments.authorize(wanted, key=first)
        if bench.checks_content:
            with pytest.raises(CallRefused):
                other = replace(wanted, amount=bench.money(1251))
                await bench.payments.authorize(other, key=first)
        asked, id = await bench.take(), RefundId(IDS.uuid())
        before = await bench.taken()
        assert succeeded(await bench.refund(asked, 100, id=id))
        with pytest.raises(CallRefused):
            await bench.refund(asked, 200, id=id)
        assert await bench.taken() == before - 100

    async def test_wrong_amounts_are_refused(self, bench: Bench) -> None:
        asked = await bench.promise()
        for wrong in (bench.money(1251), Money(1250, "USD")):
            with pytest.raises(CallRefused):
                await bench.payments.capture(asked, amount=wrong, key=key("capture"))
        assert (await bench.promised(), await bench.taken()) == (1250, 0)

    async def test_less_can_be_captured(self, bench: Bench) -> None:
        if not bench.captures_less:
            pytest.skip("this provider takes all or nothing")
        asked = await bench.promise()
        seen = await bench.payments.capture(asked, amount=bench.money(1000), key=key("capture"))
        assert seen.state is PaymentState.CAPTURED
        assert (await bench.promised(), await bench.taken()) == (0, 1000)

    async def test_a_promise_can_be_cancelled(self, bench: Bench) -> None:
        asked = await bench.promise()
        seen = await bench.payments.cancel(asked, key=key("cancel"))
        assert seen.state is PaymentState.CANCELLED
        found = await bench.payments.find(asked)
        assert found is not None and outcome(found) == outcome(seen)
        after = await bench.payments.capture(asked, amount=asked.amount, key=key("capture"))
        assert after.state is PaymentState.CANCELLED
        assert (await bench.promised(), await bench.taken()) == (0, 0)

    async def test_a_question_can_be_withdrawn(self, bench: Bench) -> None:
        if not bench.cancels_questions:
            pytest.skip("this provider's questions end by themselves")
        wanted = bench.charge(bench.acting)
        first = await bench.payments.authorize(wanted, key=key("authorize"))
        seen = await bench.payments.cancel(bench.asked(wanted, first), key=key("cancel"))
        assert seen.state is PaymentState.CANCELLED and seen.redirect_url is None
        found = await bench.payments.find(bench.asked(wanted, first))
        assert found is not None and found.state is PaymentState.CANCELLED
        assert (await bench.promised(), await bench.taken()) == (0, 0)

    async def test_taken_money_is_not_cancelled(self, bench: Bench) -> None:
        asked = await bench.take()
        seen = await bench.payments.cancel(asked, key=key("cancel"))
        assert seen.state is PaymentState.CAPTURED and await bench.taken() == 1250

    async def test_every_change_is_announced(self, bench: Bench) -> None:
        asked = await bench.take()
        await bench.refund(asked, 1250)
        events = [bench.payments.verify(*each) for each in await bench.webhooks()]
        assert events and len({event.event_id for event in events}) == len(events)
        assert all(
            asked.payment_id == event.payment_id or asked.reference == event.reference
            for event in events
        )
        assert Topic.PAYMENT in {event.topic for event in events}
        assert {event.provider for event in events} == {bench.payments.name}
        assert all(event.occurred_at.tzinfo for event in events)

    async def test_a_repeated_call_is_announced_once(self, bench: Bench) -> None:
        wanted, first = bench.charge(), key("authorize")
        for _ in range(3):
            await bench.payments.authorize(wanted, key=first)
        assert len(await bench.webhooks()) == bench.announces_promises

    async def genuine(self, bench: Bench) -> Webhook:
        await bench.take()
        return (await bench.webhooks())[-1]

    async def test_a_changed_body_is_no_webhook(self, bench: Bench) -> None:
        body, headers = await self.genuine(bench)
        assert bench.payments.verify(body, headers).event_id
        middle = len(body) // 2
        swapped = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
        for forged in (body + b" ", body[:-1], swapped, b"", b"{}", b"\xff\xfe"):
            with pytest.raises(WebhookInvalid):
                bench.payments.verify(forged, headers)

    async def test_a_wrong_signature_is_refused(self, bench: Bench) -> None:
        if bench.signature_header is None:
            pytest.skip("this provider signs within the body")
        body, headers = await self.genuine(bench)
        name = bench.signature_header
        good = headers[name]
        other = good[:-1] + ("0" if good[-1] != "0" else "1")
        for bad in ("", "x", other, good[:-1], good.swapcase(), f"{good}x", "ü"):
            with pytest.raises(WebhookInvalid):
                bench.payments.verify(body, {**headers, name: bad})
        with pytest.raises(WebhookInvalid):
            bench.payments.verify(body, {each: headers[each] for each in headers if each != name})

    async def test_an_old_webhook_is_refused(self, bench: Bench) -> None:
        body, headers = await self.genuine(bench)
        bench.pass_time(bench.tolerance * 0.8)
        assert bench.payments.verify(body, headers).event_id
        bench.pass_time(bench.tolerance * 0.4)
        with pytest.raises(WebhookInvalid):
            bench.payments.verify(body, headers)

    async def test_the_other_mode_knows_nothing_of_it(self, bench: Bench) -> None:
        if bench.other_mode is None:
            pytest.skip("this provider has one mode")
        assert bench.other_mode.live is not bench.payments.live
        asked = await bench.take()
        body, headers = (await bench.webhooks())[-1]
        with pytest.raises(WebhookInvalid):
            bench.other_mode.verify(body, headers)
        assert await _unknown_to(bench.other_mode, asked)
        with pytest.raises(CallRefused):
            await bench.other_mode.refund(
                asked, refund_id=RefundId(IDS.uuid()), amount=asked.amount, key=key("refund")
            )
        assert await bench.taken() == 1250

    async def test_missed_events_can_be_fetched(self, bench: Bench) -> None:
        since = bench.now() - timedelta(minutes=1)
        asked = await bench.take()
        if not bench.keeps_missed_events:
            assert await bench.payments.missed_events(since=since) == []
            return
        missed = await bench.miss()
        events = await bench.payments.missed_events(since=since)
        assert missed and len({event.event_id for event in events}) == len(events) == missed
        assert {event.payment_id or asked.payment_id for event in events} == {asked.payment_id}
        bench.pass_time(timedelta(hours=1))
        assert await bench.payments.missed_events(since=bench.now()) == []


async def _unknown_to(payments: Payments, asked: Asked) -> bool:
    try:
        return await payments.find(asked) is None
    except CallRefused:
        return True


class RefundsContract:
    """Refunds, disputes, and the provider's own ledger."""

    async def test_money_goes_back_in_parts(self, bench: Bench) -> None:
        asked = await bench.take()
        assert succeeded(await bench.refund(asked, 1000))
        assert await bench.taken() == 250
        assert succeeded(await bench.refund(asked, 250))
        assert await bench.taken() == 0

    async def test_no_more_than_was_taken_goes_back(self, bench: Bench) -> None:
        asked = await bench.take()
        for amount in (1251, 250):
            seen = await bench.refund(asked, amount)
            assert (seen.state is RefundState.FAILED) == (amount == 1251)
            assert (seen.failure is not None) == (amount == 1251)
        assert (await bench.refund(asked, 1001)).state is RefundState.FAILED
        assert await bench.taken() == 1000

    async def test_what_was_only_promised_cannot_be_refunded(self, bench: Bench) -> None:
        asked = await bench.promise()
        seen = await bench.refund(asked, 1)
        assert seen.state is RefundState.FAILED and seen.failure

    async def test_a_repeated_refund_is_one(self, bench: Bench) -> None:
        asked, id = await bench.take(), RefundId(IDS.uuid())
        seen = [await bench.refund(asked, 500, id=id) for _ in range(3)]
        assert all(map(succeeded, seen)) and {each.reference for each in seen} == {
            seen[0].reference
        }
        assert await bench.taken() == 750

    async def test_equal_refunds_at_once_are_one(self, bench: Bench) -> None:
        asked, id = await bench.take(), RefundId(IDS.uuid())
        seen = await crowd(insist(lambda: bench.refund(asked, 300, id=id)) for _ in range(20))
        assert Counter(map(repr, seen)) == {repr(seen[0]): 20}
        assert await bench.taken() == 950

    async def test_different_refunds_at_once_are_never_too_much(self, bench: Bench) -> None:
        asked = await bench.take()
        ids = [RefundId(IDS.uuid()) for _ in range(6)]
        seen = await crowd(insist(partial(bench.refund, asked, 500, id=each)) for each in ids)
        states = [each.state for each in seen if not isinstance(each, BaseException)]
        assert states.count(RefundState.SUCCEEDED) == 2 and await bench.taken() == 250

    async def test_a_refund_is_found_by_our_id(self, bench: Bench) -> None:
        asked, ids = await bench.take(), [RefundId(IDS.uuid()) for _ in range(2)]
        for id in ids:
            seen = await bench.refund(asked, 400, id=id)
            for reference in (None, seen.reference):
                found = await bench.payments.find_refund(asked, refund_id=id, reference=reference)
                assert found is not None and succeeded(found)
                assert found.reference == seen.reference

    async def test_an_unknown_refund_is_not_found(self, bench: Bench) -> None:
        asked = await bench.take()
        await bench.refund(asked, 400)
        id = RefundId(IDS.uuid())
        assert await bench.payments.find_refund(asked, refund_id=id, reference=None) is None

    @pytest.mark.parametrize(
        "course", [RefundCourse.PENDING, RefundCourse.FAILS, RefundCourse.COMES_BACK]
    )
    async def test_a_refund_takes_its_course(self, bench: Bench, course: RefundCourse) -> None:
        if course not in bench.refund_courses:
            pytest.skip("refunds of this provider do not take this course")
        await bench.refunds_will(course)
        asked, id = await bench.take(), RefundId(IDS.uuid())
        first = await bench.refund(asked, 1250, id=id)
        expected = {
            RefundCourse.PENDING: {RefundState.PENDING},
            RefundCourse.FAILS: {RefundState.PENDING, RefundState.FAILED},
            RefundCourse.COMES_BACK: {RefundState.SUCCEEDED},
        }
        assert first.state in expected[course]
        await bench.refunds_end()
        last = await bench.payments.find_refund(asked, refund_id=id, reference=first.reference)
        done = course is RefundCourse.PENDING
        assert last is not None
        assert last.state is (RefundState.SUCCEEDED if done else RefundState.FAILED)
        assert (last.failure is None) == done
        assert await bench.taken() == (0 if done else 1250)
        await self.movements_agree(bench)

    async def movements_agree(self, bench: Bench) -> None:
        since, until = bench.now() - timedelta(days=2), bench.now() + timedelta(seconds=1)
        moved = await bench.payments.movements(since=since, until=until)
        if moved is None:
            return
        assert len({each.id for each in moved}) == len(moved)
        assert [each.occurred_at for each in moved] == sorted(each.occurred_at for each in moved)
        signed = [-m.amount.amount if m.kind in MINUS else m.amount.amount for m in moved]
        assert sum(signed) == await bench.taken()
        assert await bench.payments.movements(since=until, until=until + timedelta(days=1)) == []

    async def test_movements_say_what_was_taken(self, bench: Bench) -> None:
        references = []
        for _ in range(2):
            asked = await bench.take()
            await bench.refund(asked, 400)
            references.append(asked.reference)
        await self.movements_agree(bench)
        moved = await bench.payments.movements(
            since=bench.now() - timedelta(days=2), until=bench.now() + timedelta(seconds=1)
        )
        if moved is not None:
            kinds = [MovementKind.CHARGE, MovementKind.REFUND]
            for reference in references:
                mine = [each.kind for each in moved if each.reference == reference]
                assert [each for each in mine if each is not MovementKind.FEE] == kinds

    @pytest.mark.parametrize("won", [True, False])
    async def test_disputes(self, bench: Bench, won: bool) -> None:
        asked = await bench.take()
        assert await bench.payments.disputes(asked) == []
        if not bench.shows_disputes:
            return
        await bench.dispute(asked)
        (seen,) = await bench.payments.disputes(asked)
        assert (seen.state, seen.amount) == (DisputeState.OPEN, asked.amount)
        assert seen.reference and seen.reason and seen.withdrawn
        assert await bench.taken() == 0
        assert (await bench.refund(asked, 1)).state is RefundState.FAILED
        await bench.end_dispute(asked, won=won)
        (after,) = await bench.payments.disputes(asked)
        assert after.reference == seen.reference
        assert after.state is (DisputeState.WON if won else DisputeState.LOST)
        assert await bench.taken() == 1250 * won
        await self.movements_agree(bench)
        events = [bench.payments.verify(*each) for each in await bench.webhooks()]
        assert Topic.DISPUTE in {event.topic for event in events}

    async def test_disputes_of_an_unknown_payment(self, bench: Bench) -> None:
        asked = Asked(
            payment_id=PaymentId(IDS.uuid()),
            order_id=OrderId(IDS.uuid()),
            reference=None,
            amount=bench.money(1250),
            method=bench.acting,
            asked_at=bench.now(),
        )
        assert await bench.payments.disputes(asked) == []
