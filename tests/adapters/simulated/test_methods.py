"""What each method does at the provider, its ledger, and calls that get lost; on both storages."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from application.ports.payments import CallRefused, OutcomeUnknown
from domain.order.payment import PaymentState
from infrastructure.simulated import message
from infrastructure.simulated.faults import Action, Fault, FaultPlan
from infrastructure.simulated.ledger import Kind, Totals
from infrastructure.simulated.storage import Storage
from tests.adapters.simulated.bench import LATE, OnMemory, OnPostgres, SimulatedBench
from tests.contracts.payment_providers import charge, eur, key
from tests.contracts.world import crowd

AUTHORIZED, CAPTURED, RELEASED, REFUNDED = Kind


class MethodsSuite:
    async def movements(self, bench: SimulatedBench) -> list[tuple[Kind, int]]:
        return [(entry.kind, entry.amount) for entry in await bench.provider.ledger()]

    async def events(self, bench: SimulatedBench) -> list[str]:
        """The types of the webhooks to be sent, in the order of what they tell."""
        bodies: Sequence[bytes] = [body for body, _ in await bench.webhooks()]
        told = [message.read(body) for body in bodies]
        return [each.type for each in sorted(told, key=lambda each: each.created)]

    async def test_promise_and_capture(self, bench: SimulatedBench) -> None:
        seen = await bench.payments.authorize(charge("succeed"), key=key("authorize"))
        bench.pass_time(timedelta(seconds=1))
        await bench.payments.capture(seen.reference, amount=eur(1000), key=key("capture"))
        bench.pass_time(timedelta(seconds=1))
        await bench.payments.refund(seen.reference, amount=eur(400), key=key("refund"))
        assert await self.movements(bench) == [
            (AUTHORIZED, 1250),
            (CAPTURED, 1000),
            (RELEASED, 250),
            (REFUNDED, 400),
        ]
        assert await self.events(bench) == [
            "payment.authorized",
            "payment.captured",
            "payment.refunded",
        ]
        totals = Totals(authorized=1250, captured=1000, released=250, refunded=400)
        assert await bench.provider.totals() == {"EUR": totals}
        assert (totals.promised, totals.kept) == (0, 600)

    async def test_decline(self, bench: SimulatedBench) -> None:
        seen = await bench.payments.authorize(charge("decline"), key=key("authorize"))
        assert (seen.state, seen.failure) == (PaymentState.FAILED, "card_declined")
        assert await self.movements(bench) == []
        assert await self.events(bench) == ["payment.failed"]

    async def test_a_human_declines(self, bench: SimulatedBench) -> None:
        wanted = charge("requires_action")
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        await bench.decide(seen, approve=False)
        await bench.decide(seen, approve=True)
        after = await bench.payments.find(wanted.payment_id)
        assert after is not None
        assert (after.state, after.failure) == (PaymentState.FAILED, "declined_by_payer")
        assert await self.movements(bench) == []

    async def test_nobody_decides_without_the_token(self, bench: SimulatedBench) -> None:
        seen = await bench.payments.authorize(charge("requires_action"), key=key("authorize"))
        other = await bench.payments.authorize(charge("succeed"), key=key("authorize"))
        for reference, token in (
            (seen.reference, ""),
            (seen.reference, "None"),
            (seen.reference, "ü"),
            (other.reference, "None"),
            ("sim_unknown", "x"),
        ):
            assert await bench.provider.decide(reference, token, approve=True) is None
            assert await bench.provider.look_up(reference, token) is None

    async def test_capture_fails(self, bench: SimulatedBench) -> None:
        seen = await bench.payments.authorize(charge("capture_fails"), key=key("authorize"))
        assert seen.state is PaymentState.AUTHORIZED
        after = await bench.payments.capture(seen.reference, amount=eur(1250), key=key("capture"))
        assert (after.state, after.failure) == (PaymentState.FAILED, "expired_card")
        assert await self.movements(bench) == [(AUTHORIZED, 1250), (RELEASED, 1250)]

    @pytest.mark.parametrize("ticking", [True, False])
    @pytest.mark.parametrize(
        ("method", "state", "expected"),
        [
            ("succeed_late", PaymentState.AUTHORIZED, [(AUTHORIZED, 1250)]),
            ("instant_late", PaymentState.CAPTURED, [(AUTHORIZED, 1250), (CAPTURED, 1250)]),
        ],
    )
    async def test_late_money(
        self,
        bench: SimulatedBench,
        method: str,
        state: PaymentState,
        expected: list[tuple[Kind, int]],
        ticking: bool,
    ) -> None:
        wanted = charge(method)
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        assert seen.state is PaymentState.PROCESSING
        bench.pass_time(LATE / 2)
        assert await bench.provider.tick() == 0
        refused = await bench.payments.cancel(seen.reference, key=key("cancel"))
        assert refused.state is PaymentState.PROCESSING
        assert await self.movements(bench) == []
        bench.pass_time(LATE / 2)
        if ticking:
            assert [await bench.provider.tick(), await bench.provider.tick()] == [1, 0]
        after = await bench.payments.find(wanted.payment_id)
        assert after is not None and after.state is state
        assert await bench.provider.tick() == 0
        assert await self.movements(bench) == expected
        assert await self.events(bench) == ["payment.processing", f"payment.{state.value.lower()}"]

    async def test_what_is_late_ripens_once_in_a_crowd(self, bench: SimulatedBench) -> None:
        wanted = [charge("instant_late") for _ in range(5)]
        for each in wanted:
            await bench.payments.authorize(each, key=key("authorize"))
        bench.pass_time(LATE)
        ticked, found = bench.provider.tick, bench.payments.find
        await crowd(
            [*(ticked() for _ in range(4)), *(found(each.payment_id) for each in wanted * 3)]
        )
        while await bench.provider.tick():
            continue
        assert await bench.taken() == 5 * 1250
        assert len(await bench.webhooks()) == 10

    async def test_instant(self, bench: SimulatedBench) -> None:
        seen = await bench.payments.authorize(charge("instant"), key=key("authorize"))
        assert seen.state is PaymentState.CAPTURED
        assert await self.movements(bench) == [(AUTHORIZED, 1250), (CAPTURED, 1250)]
        assert await self.events(bench) == ["payment.captured"]

    async def test_effect_then_timeout(self, bench: SimulatedBench) -> None:
        wanted, first = charge("effect_then_timeout"), key("authorize")
        with pytest.raises(OutcomeUnknown):
            await bench.payments.authorize(wanted, key=first)
        assert await bench.promised() == 1250
        seen = await bench.payments.authorize(wanted, key=first)
        assert seen.state is PaymentState.AUTHORIZED
        assert await bench.payments.find(wanted.payment_id) == seen
        assert await bench.promised() == 1250

    async def test_a_payment_has_one_intent(self, bench: SimulatedBench) -> None:
        wanted = charge("succeed")
        await bench.payments.authorize(wanted, key=key("authorize"))
        with pytest.raises(CallRefused, match="payment_exists"):
            await bench.payments.authorize(wanted, key=key("authorize"))
        assert await bench.promised() == 1250

    async def test_strange_charges_are_refused(self, bench: SimulatedBench) -> None:
        for wanted in (charge("pay_me"), charge("succeed", eur(0))):
            with pytest.raises(CallRefused):
                await bench.payments.authorize(wanted, key=key("authorize"))
            assert await bench.payments.find(wanted.payment_id) is None

    @pytest.mark.parametrize("fault", [Fault.REQUEST_LOST, Fault.ANSWER_LOST])
    async def test_lost_calls(self, storage: Storage, fault: Fault) -> None:
        plan = FaultPlan({action: [fault] for action in Action})
        bench = SimulatedBench(storage, plan)
        wanted, keys = charge("succeed"), [key("authorize"), key("capture"), key("refund")]
        had_effect = fault is Fault.ANSWER_LOST
        with pytest.raises(OutcomeUnknown):
            await bench.payments.authorize(wanted, key=keys[0])
        assert await bench.promised() == 1250 * had_effect
        with pytest.raises(OutcomeUnknown):
            await bench.payments.find(wanted.payment_id)
        seen = await bench.payments.authorize(wanted, key=keys[0])
        with pytest.raises(OutcomeUnknown):
            await bench.payments.capture(seen.reference, amount=eur(1250), key=keys[1])
        assert await bench.taken() == 1250 * had_effect
        await bench.payments.capture(seen.reference, amount=eur(1250), key=keys[1])
        with pytest.raises(OutcomeUnknown):
            await bench.payments.refund(seen.reference, amount=eur(1250), key=keys[2])
        await bench.payments.refund(seen.reference, amount=eur(1250), key=keys[2])
        assert await bench.totals() == Totals(authorized=1250, captured=1250, refunded=1250)


class TestMemory(OnMemory, MethodsSuite):
    pass


class TestPostgres(OnPostgres, MethodsSuite):
    pass
