"""Payments."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.unit_of_work import StaleWrite
from domain.order.errors import PaymentInProgress
from domain.order.order import Order
from domain.order.payment import Observation, Payment, PaymentState
from shared.ids import OrderId, PaymentId
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, Sale, World, crowd, kind

PATIENCE = timedelta(seconds=90)
"""Before the deadline of an order, by more than a test takes."""


def attempt_of(order: Order, attempt: int = 1) -> Payment:
    return Payment.start(
        id=PaymentId(IDS.uuid()),
        order_id=order.id,
        attempt=attempt,
        provider="simulated",
        method="succeed",
        amount=order.total,
        due_at=order.created_at + PATIENCE,
        at=order.created_at,
    )


async def pay(world: World, order: Order, attempt: int = 1) -> Payment:
    payment = attempt_of(order, attempt)
    async with world.begin(world.system()) as work:
        work.payments.add(payment)
        await work.commit(None)
    return payment


async def save(world: World, payment: Payment) -> Payment:
    async with world.begin(world.system()) as work:
        work.payments.save(payment)
        await work.commit(None)
    return await stored(world, payment.id)


async def stored(world: World, payment_id: PaymentId) -> Payment:
    async with world.begin(world.system()) as work:
        payment = await work.payments.get(payment_id)
    assert payment is not None
    return payment


def seen(state: PaymentState) -> Observation:
    return Observation(reference=f"ref-{IDS.uuid()}", state=state)


class PaymentsContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    @pytest.fixture
    async def sale(self, world: World) -> Sale:
        return await world.sale(kind("Standing", 20))

    @pytest.fixture
    async def order(self, world: World, sale: Sale) -> Order:
        return await self.new_order(world, sale)

    async def new_order(self, world: World, sale: Sale) -> Order:
        buyer = await world.user()
        hold = await world.hold(buyer, sale, {"Standing": 1})
        return await world.stored_order((await world.order(buyer, hold.id)).id)

    async def test_a_payment_is_found_again(self, world: World, order: Order) -> None:
        payment = await pay(world, order)
        assert await stored(world, payment.id) == payment
        word = replace(
            seen(PaymentState.REQUIRES_ACTION), client_secret="cs", redirect_url="https://pay/1"
        )
        moved = payment.observe(word, at=payment.created_at)
        moved = replace(moved, facts=moved.facts[1:], version=2)
        moved = moved.look_again(at=order.created_at, first=PATIENCE, longest=PATIENCE)
        assert await save(world, moved) == moved
        async with world.begin(world.system()) as work:
            assert await work.payments.by_reference("simulated", word.reference) == moved
            assert await work.payments.by_reference("other", word.reference) is None
            assert await work.payments.by_reference("simulated", "unknown") is None
            assert await work.payments.get(PaymentId(IDS.uuid())) is None
        assert await world.facts_of(order.id) == ["OrderPlaced", "PaymentStarted", "PaymentMoved"]

    async def test_bookkeeping_needs_no_fact(self, world: World, order: Order) -> None:
        """It is saved, against the version it was loaded with, and raises none."""
        payment = await stored(world, (await pay(world, order)).id)
        at = order.created_at
        first = await save(world, payment.look_again(at=at, first=PATIENCE, longest=PATIENCE))
        assert (first.looks, first.version) == (1, 1)
        assert (await save(world, first.settled())).due_at is None
        await save(world, first.abandon(at=at))
        with pytest.raises(StaleWrite):
            await save(world, first.settled())
        assert await world.facts_of(order.id) == [
            "OrderPlaced",
            "PaymentStarted",
            "PaymentAbandoned",
        ]

    @pytest.mark.parametrize("state", list(PaymentState))
    async def test_one_open_or_captured_payment_per_order(
        self, world: World, order: Order, state: PaymentState
    ) -> None:
        payment = await stored(world, (await pay(world, order)).id)
        if state is not PaymentState.CREATED:
            await save(world, payment.observe(seen(state), at=order.created_at))
        if state in (PaymentState.CANCELLED, PaymentState.FAILED):
            await pay(world, order, attempt=2)
        else:
            with pytest.raises(PaymentInProgress):
                await pay(world, order, attempt=2)

    async def test_of_many_payments_at_once_one_is_started(
        self, world: World, order: Order
    ) -> None:
        outcomes = await crowd(pay(world, order, attempt) for attempt in range(1, 11))
        assert sum(isinstance(outcome, Payment) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, PaymentInProgress) for outcome in outcomes) == 9

    async def test_attempts_count_up(self, world: World, sale: Sale, order: Order) -> None:
        other, unpaid = await self.new_order(world, sale), await self.new_order(world, sale)
        attempts = []
        for attempt in (1, 2, 3):
            payment = await stored(world, (await pay(world, order, attempt)).id)
            word = replace(seen(PaymentState.FAILED), failure="declined")
            failed = payment.observe(word, at=order.created_at)
            attempts.append(await save(world, failed))
        only = await stored(world, (await pay(world, other)).id)
        async with world.begin(world.system()) as work:
            assert list(await work.payments.of_order(order.id)) == attempts
            assert list(await work.payments.of_order(OrderId(IDS.uuid()))) == []
            latest = await work.payments.latest([order.id, unpaid.id, other.id])
            assert {payment.id for payment in latest} == {attempts[-1].id, only.id}
            assert list(await work.payments.latest([])) == []
        assert attempts[0].failure == "declined"

    async def test_payments_are_due_at_their_time(self, world: World, sale: Sale) -> None:
        orders = [await self.new_order(world, sale) for _ in range(4)]
        payments = [await stored(world, (await pay(world, order)).id) for order in orders]
        assert await self.due(world) == []
        await save(world, payments[1].settled())
        soon = payments[2].look_again(
            at=payments[2].created_at, first=timedelta(seconds=1), longest=PATIENCE
        )
        await save(world, soon)
        await world.harness.pass_time(PATIENCE / 3)
        assert await self.due(world) == [soon.id]
        await world.harness.pass_time(PATIENCE)
        assert await self.due(world) == [soon.id, payments[0].id, payments[3].id]
        assert await self.due(world, limit=1) == [soon.id]

    async def test_open_payments_are_due_with_their_order(self, world: World, sale: Sale) -> None:
        """However much later somebody meant to look: unpaid at its deadline, the order ends."""
        order, paid = await self.new_order(world, sale), await self.new_order(world, sale)
        far = timedelta(hours=1)
        waiting = await stored(world, (await pay(world, order)).id)
        await save(world, waiting.look_again(at=order.created_at, first=far, longest=far))
        closed = await stored(world, (await pay(world, paid)).id)
        closed = closed.observe(seen(PaymentState.FAILED), at=order.created_at)
        await save(world, closed.settled())
        await world.harness.pass_time(timedelta(minutes=4))
        assert await self.due(world) == []
        await world.harness.pass_time(timedelta(minutes=2))
        assert await self.due(world) == [waiting.id]

    async def test_abandoned_payments_wait_for_their_time(self, world: World, sale: Sale) -> None:
        """Past the order's deadline too, or a silent provider would be asked without a pause."""
        order, far = await self.new_order(world, sale), timedelta(hours=1)
        payment = await stored(world, (await pay(world, order)).id)
        payment = await save(world, payment.abandon(at=order.created_at))
        await save(world, payment.look_again(at=order.created_at, first=far, longest=far))
        await world.harness.pass_time(timedelta(minutes=6))
        assert await self.due(world) == []
        await world.harness.pass_time(far)
        assert await self.due(world) == [payment.id]

    async def due(self, world: World, limit: int = 100) -> list[PaymentId]:
        async with world.begin(world.system()) as work:
            return list(await work.payments.due(limit=limit))
