"""What each method does at the provider, its ledger, and calls that get lost; on both storages."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from application.ports.payments import CallRefused, OutcomeUnknown
from domain.order.payment import PaymentState
from domain.order.refund import RefundState
from infrastructure.simulated import message
from infrastructure.simulated.faults import Action, Fault, FaultPlan
from infrastructure.simulated.ledger import Kind, Totals
from infrastructure.simulated.storage import Storage
from shared.ids import RefundId
from tests.adapters.simulated.bench import LATE, OnMemory, OnPostgres, SimulatedBench
from tests.contracts.provider_bench import key
from tests.contracts.world import IDS, crowd

AUTHORIZED, CAPTURED, RELEASED, REFUNDED, RETURNED, DISPUTED, DISPUTE_WON = Kind


class MethodsSuite:
    async def movements(self, bench: SimulatedBench) -> list[tuple[Kind, int]]:
        return [(entry.kind, entry.amount) for entry in await bench.provider.ledger()]

    async def events(self, bench: SimulatedBench) -> list[str]:
        """The types of the webhooks to be sent, in the order of what they tell."""
        bodies: Sequence[bytes] = [body for body, _ in await bench.webhooks()]
        told = [message.read(body) for body in bodies]
        return [each.type for each in sorted(told, key=lambda each: each.created)]

    async def test_promise_and_capture(self, bench: SimulatedBench) -> None:
        wanted = bench.charge("succeed")
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        bench.pass_time(timedelta(seconds=1))
        await bench.payments.capture(
            bench.asked(wanted, seen), amount=bench.money(1000), key=key("capture")
        )
        bench.pass_time(timedelta(seconds=1))
        await bench.refund(bench.asked(wanted, seen), 400)
        assert await self.movements(bench) == [
            (AUTHORIZED, 1250),
            (CAPTURED, 1000),
            (RELEASED, 250),
            (REFUNDED, 400),
        ]
        assert await self.events(bench) == [
            "payment.authorized",
            "payment.captured",
            "refund.succeeded",
        ]
        totals = Totals(authorized=1250, captured=1000, released=250, refunded=400)
        assert await bench.provider.totals() == {"EUR": totals}
        assert (totals.promised, totals.kept) == (0, 600)

    async def test_decline(self, bench: SimulatedBench) -> None:
        wanted = bench.charge("decline")
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        assert (seen.state, seen.failure) == (PaymentState.FAILED, "card_declined")
        assert await self.movements(bench) == []
        assert await self.events(bench) == ["payment.failed"]

    async def test_a_human_declines(self, bench: SimulatedBench) -> None:
        wanted = bench.charge("requires_action")
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        await bench.decide(seen, approve=False)
        await bench.decide(seen, approve=True)
        after = await bench.payments.find(bench.asked(wanted))
        assert after is not None
        assert (after.state, after.failure) == (PaymentState.FAILED, "declined_by_payer")
        assert await self.movements(bench) == []

    async def test_nobody_decides_without_the_token(self, bench: SimulatedBench) -> None:
        wanted = bench.charge("requires_action")
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        other = await bench.payments.authorize(bench.charge("succeed"), key=key("authorize"))
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
        wanted = bench.charge("capture_fails")
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        assert seen.state is PaymentState.AUTHORIZED
        after = await bench.payments.capture(
            bench.asked(wanted, seen), amount=bench.money(1250), key=key("capture")
        )
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
        wanted = bench.charge(method)
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        assert seen.state is PaymentState.PROCESSING
        bench.pass_time(LATE / 2)
        assert await bench.provider.tick() == 0
        refused = await bench.payments.cancel(bench.asked(wanted, seen), key=key("cancel"))
        assert refused.state is PaymentState.PROCESSING
        assert await self.movements(bench) == []
        bench.pass_time(LATE / 2)
        if ticking:
            assert [await bench.provider.tick(), await bench.provider.tick()] == [1, 0]
        after = await bench.payments.find(bench.asked(wanted))
        assert after is not None and after.state is state
        assert await bench.provider.tick() == 0
        assert await self.movements(bench) == expected
        assert await self.events(bench) == ["payment.processing", f"payment.{state.value.lower()}"]

    async def test_what_is_late_ripens_once_in_a_crowd(self, bench: SimulatedBench) -> None:
        wanted = [bench.charge("instant_late") for _ in range(5)]
        for each in wanted:
            await bench.payments.authorize(each, key=key("authorize"))
        bench.pass_time(LATE)
        ticked, found = bench.provider.tick, bench.payments.find
        await crowd(
            [*(ticked() for _ in range(4)), *(found(bench.asked(each)) for each in wanted * 3)]
        )
        while await bench.provider.tick():
            continue
        assert await bench.taken() == 5 * 1250
        assert len(await bench.webhooks()) == 10

    async def test_instant(self, bench: SimulatedBench) -> None:
        wanted = bench.charge("instant")
        seen = await bench.payments.authorize(wanted, key=key("authorize"))
        assert seen.state is PaymentState.CAPTURED
        assert await self.movements(bench) == [(AUTHORIZED, 1250), (CAPTURED, 1250)]
        assert await self.events(bench) == ["payment.captured"]

    @pytest.mark.parametrize(
        ("method", "told", "moved"),
        [
            ("refund_pending", ["refund.pending", "refund.succeeded"], [REFUNDED]),
            ("refund_fails", ["refund.pending", "refund.failed"], []),
            ("refund_comes_back", ["refund.succeeded", "refund.failed"], [REFUNDED, RETURNED]),
        ],
    )
    async def test_refunds_move_on_by_themselves(
        self, bench: SimulatedBench, method: str, told: list[str], moved: list[Kind]
    ) -> None:
        bench.promising = method
        asked = await bench.take()
        bench.pass_time(timedelta(seconds=1))
        await bench.refund(asked, 1000)
        assert await bench.provider.tick() == 0
        bench.pass_time(LATE)
        assert [await bench.provider.tick(), await bench.provider.tick()] == [1, 0]
        assert (await self.events(bench))[-2:] == told
        kinds = [kind for kind, _ in await self.movements(bench)]
        assert kinds == [AUTHORIZED, CAPTURED, *moved]
        # What failed can be tried again, and what is gone cannot.
        again = await bench.refund(asked, 1250)
        assert (again.state is RefundState.FAILED) == (method == "refund_pending")

    @pytest.mark.parametrize("refunded", [0, 250, 1250])
    async def test_the_payer_complains_about_what_is_left(
        self, bench: SimulatedBench, refunded: int
    ) -> None:
        bench.promising = "disputed"
        asked = await bench.take()
        if refunded:
            await bench.refund(asked, refunded)
        assert await bench.payments.disputes(asked) == []
        bench.pass_time(LATE)
        assert await bench.provider.tick() == 1
        disputes = await bench.payments.disputes(asked)
        assert [each.amount.amount for each in disputes] == [1250 - refunded] * (refunded < 1250)
        assert await bench.taken() == 0
        assert await bench.provider.dispute(asked.reference or "") is False

    async def test_effect_then_timeout(self, bench: SimulatedBench) -> None:
        wanted, first = bench.charge("effect_then_timeout"), key("authorize")
        with pytest.raises(OutcomeUnknown):
            await bench.payments.authorize(wanted, key=first)
        assert await bench.promised() == 1250
        seen = await bench.payments.authorize(wanted, key=first)
        assert seen.state is PaymentState.AUTHORIZED
        assert await bench.payments.find(bench.asked(wanted)) == seen
        assert await bench.promised() == 1250

    async def test_a_payment_has_one_intent(self, bench: SimulatedBench) -> None:
        wanted = bench.charge("succeed")
        await bench.payments.authorize(wanted, key=key("authorize"))
        with pytest.raises(CallRefused, match="payment_exists"):
            await bench.payments.authorize(wanted, key=key("authorize"))
        assert await bench.promised() == 1250

    async def test_strange_charges_are_refused(self, bench: SimulatedBench) -> None:
        for wanted in (bench.charge("pay_me"), bench.charge("succeed", 0)):
            with pytest.raises(CallRefused):
                await bench.payments.authorize(wanted, key=key("authorize"))
            assert await bench.payments.find(bench.asked(wanted)) is None

    @pytest.mark.parametrize("fault", [Fault.REQUEST_LOST, Fault.ANSWER_LOST])
    async def test_lost_calls(self, storage: Storage, fault: Fault) -> None:
        plan = FaultPlan({action: [fault] for action in Action})
        bench = SimulatedBench(storage, plan)
        wanted, keys = bench.charge("succeed"), [key("authorize"), key("capture")]
        refund_id = RefundId(IDS.uuid())
        had_effect = fault is Fault.ANSWER_LOST
        with pytest.raises(OutcomeUnknown):
            await bench.payments.authorize(wanted, key=keys[0])
        assert await bench.promised() == 1250 * had_effect
        with pytest.raises(OutcomeUnknown):
            await bench.payments.find(bench.asked(wanted))
        seen = await bench.payments.authorize(wanted, key=keys[0])
        with pytest.raises(OutcomeUnknown):
            await bench.payments.capture(
                bench.asked(wanted, seen), amount=bench.money(1250), key=keys[1]
            )
        assert await bench.taken() == 1250 * had_effect
        await bench.payments.capture(
            bench.asked(wanted, seen), amount=bench.money(1250), key=keys[1]
        )
        with pytest.raises(OutcomeUnknown):
            await bench.refund(bench.asked(wanted, seen), 1250, id=refund_id)
        await bench.refund(bench.asked(wanted, seen), 1250, id=refund_id)
        assert await bench.totals() == Totals(authorized=1250, captured=1250, refunded=1250)


class TestMemory(OnMemory, MethodsSuite):
    pass


class TestPostgres(OnPostgres, MethodsSuite):
    pass
