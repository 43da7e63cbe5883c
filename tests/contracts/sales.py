"""Orders and tickets."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from application.hold.create_hold import CreateHold
from application.hold.get_hold import GetHold
from application.ports.repositories import OrderFilter
from domain.charges import Fee
from domain.hold.errors import HoldHasOrder
from domain.line import Line
from domain.order.order import Buyer, Order, OrderState
from domain.ticket.ticket import Ticket
from shared.ids import HoldId, OrderId, TicketId, UserId
from tests.contracts.harness import Harness
from tests.contracts.ledger import LATER
from tests.contracts.payments import pay
from tests.contracts.world import IDS, Caller, Sale, World, crowd, draft, kind, new_key

AT = datetime(2026, 1, 1, tzinfo=UTC)
"""For lists that do not ask for a state that time decides about."""


class SalesContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    @pytest.fixture
    async def sale(self, world: World) -> Sale:
        return await world.sale(kind("Standing", 20), kind("Free", 20, price=0))

    async def ordered(self, world: World, sale: Sale, buyer: Caller) -> Order:
        hold = await world.hold(buyer, sale, {"Standing": 1})
        return await world.stored_order((await world.order(buyer, hold.id)).id)

    async def test_taxes_and_fees_are_found_again(self, world: World) -> None:
        taxed = replace(kind("Standing", 20), tax_name="VAT", tax_rate_basis_points=1900)
        planned = draft((await world.organizer(await world.user())).id, taxed, kind("Seated", 5))
        fee = Fee(name="Fee", basis_points=300, per_ticket=25, passed_on=True)
        event = replace(planned, prices_include_tax=False, fee=fee)
        sale = Sale(await world.add(event.publish(at=event.created_at)))
        async with world.begin(world.system()) as work:
            assert await work.events.get(event.id) == sale.event
        buyer = await world.user()
        hold = await world.hold(buyer, sale, {"Standing": 2, "Seated": 1})
        assert hold.total.amount == 2 * (1000 + 190 + 55) + 1000 + 55
        stored = await world.stored_hold(hold.id)
        order = await world.stored_order((await world.order(buyer, hold.id)).id)
        assert [len(line.charges) for line in stored.lines] == [2, 1]
        assert order.lines == stored.lines and order.total == stored.total
        assert await world.application.holds.get(GetHold(hold_id=hold.id), buyer.ctx()) == hold

    async def test_facts_say_which_call_they_come_of(self, world: World, sale: Sale) -> None:
        """Also where several are committed together."""
        command = CreateHold(event_id=sale.event.id, lines=sale.lines({"Standing": 1}))
        calls = {each.user_id: each.ctx(new_key()) for each in await world.users(6)}
        await asyncio.gather(
            *(world.application.holds.create(command, ctx) for ctx in calls.values())
        )
        told = [each for each in await world.harness.outbox() if each.fact == "HoldPlaced"]
        assert {each.actor: each.request_id for each in told} == {
            str(user_id): ctx.request_id for user_id, ctx in calls.items()
        }

    async def test_an_order_is_found_again(self, world: World, sale: Sale) -> None:
        buyer = await world.user()
        hold = await world.hold(buyer, sale, {"Standing": 2, "Free": 1})
        view = await world.order(buyer, hold.id)
        order = await world.stored_order(view.id)
        assert order.number == view.number and order.version == 1
        assert (order.hold_id, order.event_id) == (hold.id, sale.event.id)
        assert order.organizer_id == sale.event.organizer_id
        assert order.buyer_id == buyer.user_id
        assert order.buyer == Buyer(name="Ada", email="ada@example.com")
        assert order.lines == tuple(
            Line(
                ticket_type_id=line.ticket_type_id,
                quantity=line.quantity,
                unit_price=line.unit_price,
                pool_ids=line.pool_ids,
            )
            for line in (await world.stored_hold(hold.id)).lines
        )
        assert order.total.amount == 2000 and order.deadline == hold.expires_at
        assert await world.facts_of(order.id) == ["OrderPlaced"]
        async with world.begin(world.system()) as work:
            assert await work.orders.by_hold(hold.id) == order
            assert await work.orders.by_hold(HoldId(IDS.uuid())) is None
            assert await work.orders.get(OrderId(IDS.uuid())) is None

    async def test_a_hold_has_one_order(self, world: World, sale: Sale) -> None:
        order = await self.ordered(world, sale, await world.user())
        with pytest.raises(HoldHasOrder):
            await self.add(world, another(order))

    async def test_of_many_orders_from_one_hold_one_is_placed(
        self, world: World, sale: Sale
    ) -> None:
        buyer = await world.user()
        hold = await world.hold(buyer, sale, {"Standing": 1})
        template = await self.ordered(world, sale, buyer)
        orders = [another(template, hold_id=hold.id) for _ in range(10)]
        outcomes = await crowd(self.add(world, order) for order in orders)
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, HoldHasOrder) for outcome in outcomes) == 9

    async def test_a_changed_order_is_found_again(self, world: World, sale: Sale) -> None:
        order = await self.ordered(world, sale, await world.user())
        at = order.created_at + timedelta(seconds=1)
        moved = order.wait_until(order.deadline + timedelta(minutes=1), at=at).cancel(at=at)
        async with world.begin(world.system()) as work:
            work.orders.save(moved)
            await work.commit(None)
        assert await world.stored_order(order.id) == moved
        expected = ["OrderPlaced", "OrderDeadlineMoved", "OrderCancelled"]
        assert await world.facts_of(order.id) == expected

    async def test_lists_are_newest_first(self, world: World, sale: Sale) -> None:
        buyer, other = await world.users(2)
        mine = [await self.ordered(world, sale, buyer) for _ in range(4)]
        theirs = await self.ordered(world, sale, other)
        of_buyer = OrderFilter(at=AT, buyer_id=buyer.user_id)
        newest_first = mine[::-1]
        assert await self.page(world, of_buyer) == newest_first
        assert await self.page(world, of_buyer, limit=3) == newest_first[:3]
        for position, order in enumerate(newest_first):
            rest = await self.page(world, of_buyer, after=(order.created_at, order.id))
            assert rest == newest_first[position + 1 :]
        of_organizer = OrderFilter(at=AT, organizer_id=sale.event.organizer_id)
        assert await self.page(world, of_organizer) == [theirs, *newest_first]

    async def test_filters(self, world: World, sale: Sale) -> None:
        buyer = await world.user()
        elsewhere = await world.sale(kind("Standing", 20))
        first = await self.ordered(world, sale, buyer)
        second = await self.ordered(world, elsewhere, buyer)
        async with world.begin(world.system()) as work:
            work.orders.save(second := second.cancel(at=second.created_at))
            await work.commit(None)
        mine = buyer.user_id
        of_first = OrderFilter(at=AT, buyer_id=mine, event_id=sale.event.id)
        assert await self.page(world, of_first) == [first]
        cancelled = OrderFilter(at=AT, buyer_id=mine, state=OrderState.CANCELLED)
        assert [order.id for order in await self.page(world, cancelled)] == [second.id]
        both = OrderFilter(at=AT, buyer_id=mine, organizer_id=sale.event.organizer_id)
        assert await self.page(world, both) == [first]
        assert await self.page(world, OrderFilter(at=AT, buyer_id=UserId(IDS.uuid()))) == []

    async def test_a_list_by_state_judges_deadlines_by_the_clock(
        self, world: World, sale: Sale
    ) -> None:
        """As the orders are shown: an unpaid one has expired, one that is being paid has not."""
        buyer = await world.user()
        unpaid = await self.ordered(world, sale, buyer)
        paying = await self.ordered(world, sale, buyer)
        await pay(world, paying)
        ended = await self.ordered(world, sale, buyer)
        async with world.begin(world.system()) as work:
            work.orders.save(ended.cancel(at=ended.created_at))
            await work.commit(None)
        assert await self.shown_as(world, buyer, OrderState.EXPIRED) == []
        pending = await self.shown_as(world, buyer, OrderState.PENDING_PAYMENT)
        assert pending == [paying.id, unpaid.id]
        await world.harness.pass_time(LATER)
        assert await self.shown_as(world, buyer, OrderState.EXPIRED) == [unpaid.id]
        assert await self.shown_as(world, buyer, OrderState.PENDING_PAYMENT) == [paying.id]
        assert await self.shown_as(world, buyer, OrderState.CANCELLED) == [ended.id]

    async def test_unpaid_orders_are_due_at_their_deadline(self, world: World, sale: Sale) -> None:
        buyer = await world.user()
        orders = [await self.ordered(world, sale, buyer) for _ in range(4)]
        assert await self.due(world) == []
        await world.harness.pass_time(LATER)
        assert await self.due(world) == [order.id for order in orders]
        assert await self.due(world, limit=2) == [order.id for order in orders[:2]]

    async def test_ended_orders_are_not_due(self, world: World, sale: Sale) -> None:
        buyer = await world.user()
        order = await self.ordered(world, sale, buyer)
        free = await world.order(buyer, (await world.hold(buyer, sale, {"Free": 1})).id)
        assert free.state == "CONFIRMED"
        async with world.begin(world.system()) as work:
            work.orders.save(order.cancel(at=order.created_at))
            await work.commit(None)
        await world.harness.pass_time(LATER)
        assert await self.due(world) == []

    async def test_orders_with_an_open_payment_are_not_due(self, world: World, sale: Sale) -> None:
        """The payment is; its end decides about the order."""
        buyer = await world.user()
        order = await self.ordered(world, sale, buyer)
        payment = await pay(world, order)
        await world.harness.pass_time(LATER)
        assert await self.due(world) == []
        async with world.begin(world.system()) as work:
            stored = await work.payments.get(payment.id)
            assert stored is not None
            work.payments.save(stored.never_reached(at=await work.now()))
            await work.commit(None)
        assert await self.due(world) == [order.id]

    async def test_a_confirmed_order_sells_its_stock(self, world: World, sale: Sale) -> None:
        buyer = await world.user()
        hold = await world.hold(buyer, sale, {"Free": 3})
        order = await world.order(buyer, hold.id)
        assert order.state == "CONFIRMED"
        assert (await world.stored_hold(hold.id)).state.name == "CONVERTED"
        assert await world.counters(sale) == {"Standing": (0, 0), "Free": (0, 3)}
        async with world.begin(world.system()) as work:
            tickets = await work.tickets.of_order(order.id)
            assert list(await work.tickets.of_order(OrderId(IDS.uuid()))) == []
        assert [ticket.id for ticket in tickets] == sorted(ticket.id for ticket in tickets)
        assert len({ticket.code for ticket in tickets}) == 3
        assert {ticket.ticket_type_id for ticket in tickets} == {sale.type_id("Free")}
        for ticket in tickets:
            assert await world.facts_of(ticket.id) == ["TicketIssued"]

    async def test_a_ticket_is_found_again(self, world: World, sale: Sale) -> None:
        order = await self.ordered(world, sale, await world.user())
        ticket = Ticket.issue(
            id=TicketId(IDS.uuid()),
            order_id=order.id,
            event_id=sale.event.id,
            ticket_type_id=sale.type_id("Standing"),
            code=IDS.ticket_code(),
            at=order.created_at,
        )
        async with world.begin(world.system()) as work:
            work.tickets.add(ticket)
            await work.commit(None)
        async with world.begin(world.system()) as work:
            assert list(await work.tickets.of_order(order.id)) == [ticket]

    async def add(self, world: World, order: Order) -> None:
        async with world.begin(world.system()) as work:
            work.orders.add(order)
            await work.commit(None)

    async def page(
        self,
        world: World,
        where: OrderFilter,
        *,
        after: tuple[datetime, OrderId] | None = None,
        limit: int = 100,
    ) -> list[Order]:
        async with world.begin(world.system()) as work:
            return list(await work.orders.page(where, after=after, limit=limit))

    async def shown_as(self, world: World, buyer: Caller, state: OrderState) -> list[OrderId]:
        async with world.begin(world.system()) as work:
            where = OrderFilter(at=await work.now(), buyer_id=buyer.user_id, state=state)
            return [order.id for order in await work.orders.page(where, after=None, limit=100)]

    async def due(self, world: World, limit: int = 100) -> list[OrderId]:
        async with world.begin(world.system()) as work:
            return list(await work.orders.due(limit=limit))


def another(order: Order, *, hold_id: HoldId | None = None) -> Order:
    """A new order like this one."""
    return Order.place(
        id=OrderId(IDS.uuid()),
        number=IDS.order_number(),
        event_id=order.event_id,
        organizer_id=order.organizer_id,
        hold_id=hold_id or order.hold_id,
        buyer_id=order.buyer_id,
        buyer=order.buyer,
        lines=order.lines,
        total=order.total,
        deadline=order.deadline,
        at=order.created_at,
    )
