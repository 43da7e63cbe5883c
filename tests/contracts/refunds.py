"""Refunds, and the tickets and places that go with them."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from application.ports.unit_of_work import StaleWrite
from domain.order.errors import RefundTooLarge
from domain.order.order import Order, OrderState
from domain.order.payment import Payment
from domain.order.refund import EVENT_CANCELLED, LATE_PAYMENT, Refund, RefundSeen, RefundState
from domain.stock import StockLine
from domain.ticket.ticket import Ticket, TicketState
from shared.ids import OrderId, PaymentId, RefundId, TicketId
from shared.money import Money
from tests.contracts.harness import Harness
from tests.contracts.payments import pay
from tests.contracts.world import IDS, Sale, World, crowd, kind

MINUTE = timedelta(minutes=1)


async def new_order(world: World, sale: Sale, name: str = "Standing", units: int = 2) -> Order:
    buyer = await world.user()
    hold = await world.hold(buyer, sale, {name: units})
    return await world.stored_order((await world.order(buyer, hold.id)).id)


def refund_of(
    payment: Payment,
    amount: int,
    *,
    reason: str = "They cannot come.",
    retry_of: RefundId | None = None,
    after: timedelta = timedelta(),
) -> Refund:
    return Refund.request(
        id=RefundId(IDS.uuid()),
        payment_id=payment.id,
        order_id=payment.order_id,
        amount=Money(amount, "EUR"),
        reason=reason,
        retry_of=retry_of,
        at=payment.created_at + after,
    )


async def add(world: World, *refunds: Refund) -> None:
    async with world.begin(world.system()) as work:
        for refund in refunds:
            work.refunds.add(refund)
        await work.commit(None)


async def save(world: World, refund: Refund) -> Refund:
    async with world.begin(world.system()) as work:
        work.refunds.save(refund)
        await work.commit(None)
    return await stored(world, refund.id)


async def stored(world: World, refund_id: RefundId) -> Refund:
    async with world.begin(world.system()) as work:
        refund = await work.refunds.get(refund_id)
    assert refund is not None
    return refund


def failed(refund: Refund) -> Refund:
    seen = RefundSeen(state=RefundState.FAILED, reference="re_1", failure="no such card")
    return refund.observe(seen, at=refund.created_at)


class RefundsContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    @pytest.fixture
    async def sale(self, world: World) -> Sale:
        return await world.sale(kind("Standing", 20), kind("Free", 3, price=0))

    @pytest.fixture
    async def payment(self, world: World, sale: Sale) -> Payment:
        return await pay(world, await new_order(world, sale))

    async def test_a_refund_is_found_again(self, world: World, payment: Payment) -> None:
        tickets = (TicketId(IDS.uuid()), TicketId(IDS.uuid()))
        first = replace(refund_of(payment, 500), ticket_ids=tickets)
        second = refund_of(payment, 700, after=MINUTE)
        await add(world, second, first)
        async with world.begin(world.system()) as work:
            assert await work.refunds.get(first.id) == first
            assert await work.refunds.get(RefundId(IDS.uuid())) is None
            assert list(await work.refunds.of_payment(payment.id)) == [first, second]
            assert list(await work.refunds.of_order(payment.order_id)) == [first, second]
            assert list(await work.refunds.of_payment(PaymentId(IDS.uuid()))) == []
            assert list(await work.refunds.of_order(OrderId(IDS.uuid()))) == []
        facts = await world.facts_of(payment.order_id)
        assert facts == ["OrderPlaced", "PaymentStarted", "RefundRequested", "RefundRequested"]

    async def test_a_refund_changes(self, world: World, payment: Payment) -> None:
        refund = refund_of(payment, 500)
        await add(world, refund)
        moved = (await stored(world, refund.id)).observe(
            RefundSeen(state=RefundState.PENDING, reference="re_1"), at=refund.created_at
        )
        assert await save(world, moved) == moved
        later = (await stored(world, refund.id)).look_again(
            at=refund.created_at, first=MINUTE, longest=MINUTE
        )
        kept = await save(world, later)
        assert (kept.looks, kept.version, kept.due_at) == (1, 2, refund.created_at + MINUTE)
        assert (kept.reference, kept.state) == ("re_1", RefundState.PENDING)
        ended = await save(world, failed(kept))
        assert (ended.state, ended.failure, ended.due_at) == (
            RefundState.FAILED,
            "no such card",
            None,
        )
        with pytest.raises(StaleWrite):
            await save(world, later.wait())

    async def test_refunds_are_due_at_their_time(self, world: World, payment: Payment) -> None:
        first, second = refund_of(payment, 1), refund_of(payment, 1, after=-MINUTE)
        third = refund_of(payment, 1, after=MINUTE)
        await add(world, first, second, third, refund_of(payment, 1).wait())
        assert await self.due(world) == [second.id, first.id]
        assert await self.due(world, limit=1) == [second.id]
        await world.harness.pass_time(2 * MINUTE)
        assert await self.due(world) == [second.id, first.id, third.id]

    async def test_together_they_are_never_more_than_was_taken(
        self, world: World, payment: Payment
    ) -> None:
        first = refund_of(payment, 1500)
        await add(world, first)
        with pytest.raises(RefundTooLarge):
            await add(world, refund_of(payment, 501))
        await add(world, refund_of(payment, 500))
        with pytest.raises(RefundTooLarge):
            await add(world, refund_of(payment, 1))
        await save(world, failed(await stored(world, first.id)))
        await add(world, refund_of(payment, 1500, retry_of=first.id))
        with pytest.raises(RefundTooLarge):
            await add(world, refund_of(payment, 1, retry_of=first.id))

    async def test_what_fails_leaves_room_at_once(self, world: World, payment: Payment) -> None:
        first = refund_of(payment, 2000)
        await add(world, first)
        async with world.begin(world.system()) as work:
            work.refunds.add(refund_of(payment, 2000, retry_of=first.id))
            work.refunds.save(failed(replace(first, facts=())))
            await work.commit(None)
        assert len(await self.of(world, payment)) == 2

    async def test_of_many_at_once_as_many_fit_as_was_taken(
        self, world: World, payment: Payment
    ) -> None:
        outcomes = await crowd(add(world, refund_of(payment, 900)) for _ in range(10))
        assert outcomes.count(None) == 2
        assert sum(isinstance(outcome, RefundTooLarge) for outcome in outcomes) == 8
        assert len(await self.of(world, payment)) == 2

    async def test_late_money_goes_back_once(self, world: World, payment: Payment) -> None:
        """However many notice; the refund that repeats a failed one says so."""
        outcomes = await crowd(
            add(world, refund_of(payment, 1, reason=LATE_PAYMENT)) for _ in range(5)
        )
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, StaleWrite) for outcome in outcomes) == 4
        (first,) = await self.of(world, payment)
        await add(world, refund_of(payment, 1, reason=LATE_PAYMENT, retry_of=first.id))

    async def test_an_order_says_what_has_gone_back(self, world: World, payment: Payment) -> None:
        async with world.begin(world.system()) as work:
            order = await work.orders.get(payment.order_id)
            assert order is not None
            work.orders.save(order.note_refunded(700, at=order.created_at))
            await work.commit(None)
        changed = await world.stored_order(order.id)
        assert (changed.refunded, changed.version) == (700, 2)
        async with world.begin(world.system()) as work:
            work.orders.save(changed.start_payment(deadline=changed.deadline, at=order.created_at))
            await work.commit(None)
        assert (await world.stored_order(order.id)).refunded == 700

    async def test_orders_of_cancelled_events(self, world: World, sale: Sale) -> None:
        """Those that are paid and of which nobody has asked for a refund because of that."""
        other = await world.sale(kind("Standing", 5, price=0))
        await new_order(world, other)
        await new_order(world, sale)  # not paid
        orders = [await new_order(world, sale) for _ in range(4)]
        for order in orders[1:]:
            await self.confirm(world, order)
        free = await new_order(world, sale, "Free", 1)
        assert await self.to_refund(world) == []
        await self.cancel(world, sale)
        wanted = [order.id for order in (*orders[1:], free)]
        assert await self.to_refund(world) == wanted
        assert await self.to_refund(world, limit=2) == wanted[:2]
        assert await self.to_refund(world, after=wanted[1], limit=1) == wanted[2:3]
        partly, gone, _ = orders[1:]
        refund = refund_of(await pay(world, partly), 1)
        await add(world, refund)
        assert await self.to_refund(world) == wanted
        payment = await pay(world, gone)
        await add(world, refund_of(payment, 1, reason=EVENT_CANCELLED))
        assert await self.to_refund(world) == [partly.id, *wanted[2:]]

    async def test_void_tickets_give_their_places_back(self, world: World, sale: Sale) -> None:
        order = await new_order(world, sale, "Free", 3)
        first, second, third = await self.tickets(world, order)
        at = order.created_at
        async with world.begin(world.system()) as work:
            work.tickets.save(first.void(return_place=True, at=at))
            work.tickets.save(second.void(return_place=False, at=at))
            work.tickets.save(third.flag(True, at=at))
            work.stock.unsell(self.places(sale, 1))
            await work.commit(None)
        assert (await world.counters(sale))["Free"] == (0, 2)
        assert (await world.available(sale))["Free"] == 1
        first, second, third = await self.tickets(world, order)
        assert (first.state, first.keeps_place) == (TicketState.VOID, False)
        assert (second.state, second.keeps_place) == (TicketState.VOID, True)
        assert (third.state, third.disputed, third.version) == (TicketState.ISSUED, True, 2)
        assert await world.facts_of(first.id) == ["TicketIssued", "TicketVoided"]
        assert await world.facts_of(third.id) == ["TicketIssued", "TicketDisputed"]

    async def test_a_place_is_given_back_once(self, world: World, sale: Sale) -> None:
        """However many make the same ticket void at once."""
        order = await new_order(world, sale, "Free", 1)
        (ticket,) = await self.tickets(world, order)
        outcomes = await crowd(self.void(world, sale, ticket) for _ in range(5))
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, StaleWrite) for outcome in outcomes) == 4
        assert (await world.counters(sale))["Free"] == (0, 0)

    async def test_places_come_back_before_they_are_taken(self, world: World, sale: Sale) -> None:
        order = await new_order(world, sale, "Free", 3)
        ticket, *_ = await self.tickets(world, order)
        lines = self.places(sale, 1)
        async with world.begin(world.system()) as work:
            work.stock.take(lines)
            work.stock.sell(lines)
            work.stock.unsell(lines)
            work.tickets.save(ticket.void(return_place=True, at=order.created_at))
            again = replace(ticket, id=TicketId(IDS.uuid()), code="another" * 4)
            work.tickets.add(again)
            await work.commit(None)
        assert (await world.counters(sale))["Free"] == (0, 3)

    def places(self, sale: Sale, units: int) -> list[StockLine]:
        (line,) = (each for each in sale.event.ticket_types if each.name == "Free")
        return [StockLine(ticket_type_id=line.id, quantity=units, pool_ids=line.pool_ids)]

    async def void(self, world: World, sale: Sale, ticket: Ticket) -> None:
        async with world.begin(world.system()) as work:
            work.tickets.save(ticket.void(return_place=True, at=ticket.issued_at))
            work.stock.unsell(self.places(sale, 1))
            await work.commit(None)

    async def tickets(self, world: World, order: Order) -> list[Ticket]:
        async with world.begin(world.system()) as work:
            return list(await work.tickets.of_order(order.id))

    async def of(self, world: World, payment: Payment) -> list[Refund]:
        async with world.begin(world.system()) as work:
            return list(await work.refunds.of_payment(payment.id))

    async def due(self, world: World, limit: int = 100) -> list[RefundId]:
        async with world.begin(world.system()) as work:
            return list(await work.refunds.due(limit=limit))

    async def to_refund(
        self, world: World, after: OrderId | None = None, limit: int = 100
    ) -> list[UUID]:
        async with world.begin(world.system()) as work:
            return list(await work.orders.of_cancelled_events(after=after, limit=limit))

    async def cancel(self, world: World, sale: Sale) -> None:
        async with world.begin(world.system()) as work:
            event = await work.events.get(sale.event.id)
            assert event is not None
            work.events.save(event.cancel(at=await work.now()))
            await work.commit(None)

    async def confirm(self, world: World, order: Order) -> None:
        """As if it was paid."""
        for step in (Order.commit, Order.confirm):
            async with world.begin(world.system()) as work:
                current = await work.orders.get(order.id)
                assert current is not None
                work.orders.save(step(current, at=order.created_at))
                await work.commit(None)
        assert (await world.stored_order(order.id)).state is OrderState.CONFIRMED
