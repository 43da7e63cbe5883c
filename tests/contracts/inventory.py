"""The Inventory: what orders ask of holds, here or in another process."""

import asyncio
from dataclasses import replace

import pytest

from application.errors import RoleMissing
from application.messages import Claim, Context
from application.order.cancel_order import CancelOrder
from application.ports.inventory import Inventory
from application.ports.unit_of_work import KeyTaken
from domain.event.errors import EventNotOnSale
from domain.hold.errors import HoldExpired, HoldHasOrder, HoldNotFound
from domain.order.errors import OrderNotCancellable, OrderNotFound
from domain.order.order import Buyer, OrderState
from domain.organizer.organizer import Role
from shared.ids import HoldId, OrderId
from tests.contracts.harness import Harness
from tests.contracts.ledger import LATER
from tests.contracts.payments import pay
from tests.contracts.world import IDS, Caller, Sale, World, crowd, kind, new_key, refusals

BUYER = Buyer(name="Ada", email="ada@example.com")


def claiming(buyer: Caller, key: str, operation: str = "CreateOrder") -> Context:
    """A call with a key, as the pipeline hands it over."""
    claim = Claim(actor=str(buyer.user_id), operation=operation, key=key, fingerprint=b"\x00same")
    return buyer.admitted.claiming(claim)


class InventoryContract:
    @pytest.fixture
    def world(self, harness: Harness, inventory: Inventory) -> World:
        return World(harness, inventory=inventory)

    @pytest.fixture
    async def sale(self, world: World) -> Sale:
        return await world.sale(kind("Standing", 20), kind("Free", 20, price=0))

    async def held(self, world: World, sale: Sale, buyer: Caller, what: str = "Standing") -> HoldId:
        return (await world.hold(buyer, sale, {what: 2})).id

    async def test_a_hold_becomes_an_order(
        self, world: World, inventory: Inventory, sale: Sale
    ) -> None:
        buyer = await world.user()
        hold_id = await self.held(world, sale, buyer)
        ctx = buyer.admitted
        view = await inventory.checkout(hold_id, BUYER, ctx)
        order = await world.stored_order(view.id)
        assert (order.number, order.buyer, order.hold_id) == (view.number, BUYER, hold_id)
        assert (view.state, view.total.amount) == ("PENDING_PAYMENT", 2000)
        assert (await world.stored_hold(hold_id)).ordered
        assert await world.counters(sale) == {"Standing": (2, 0), "Free": (0, 0)}
        told = [each for each in await world.harness.outbox() if each.aggregate_id == order.id]
        assert [(each.fact, each.request_id, each.actor) for each in told] == [
            ("OrderPlaced", ctx.request_id, str(buyer.user_id))
        ]

    async def test_what_costs_nothing_is_confirmed_at_once(
        self, world: World, inventory: Inventory, sale: Sale
    ) -> None:
        buyer = await world.user()
        hold_id = await self.held(world, sale, buyer, "Free")
        assert (await inventory.checkout(hold_id, BUYER, buyer.admitted)).state == "CONFIRMED"
        assert await world.counters(sale) == {"Standing": (0, 0), "Free": (0, 2)}

    async def test_a_hold_has_one_order(
        self, world: World, inventory: Inventory, sale: Sale
    ) -> None:
        buyer = await world.user()
        hold_id = await self.held(world, sale, buyer)
        await inventory.checkout(hold_id, BUYER, buyer.admitted)
        with pytest.raises(HoldHasOrder):
            await inventory.checkout(hold_id, BUYER, buyer.admitted)

    async def test_it_acts_for_the_caller(
        self, world: World, inventory: Inventory, sale: Sale
    ) -> None:
        buyer, stranger = await world.users(2)
        hold_id = await self.held(world, sale, buyer)
        with pytest.raises(HoldNotFound):
            await inventory.checkout(hold_id, BUYER, stranger.admitted)
        order_id = (await inventory.checkout(hold_id, BUYER, buyer.admitted)).id
        with pytest.raises(OrderNotFound):
            await inventory.let_go(order_id, stranger.admitted)
        assert (await world.stored_order(order_id)).state is OrderState.PENDING_PAYMENT

    async def test_what_is_not_there(self, world: World, inventory: Inventory) -> None:
        buyer = await world.user()
        with pytest.raises(HoldNotFound):
            await inventory.checkout(HoldId(IDS.uuid()), BUYER, buyer.admitted)
        with pytest.raises(OrderNotFound):
            await inventory.let_go(OrderId(IDS.uuid()), buyer.admitted)

    async def test_a_hold_past_its_deadline(
        self, world: World, inventory: Inventory, sale: Sale
    ) -> None:
        buyer = await world.user()
        hold_id = await self.held(world, sale, buyer)
        await world.harness.pass_time(LATER)
        hold = await world.stored_hold(hold_id)
        with pytest.raises(HoldExpired) as refused:
            await inventory.checkout(hold_id, BUYER, buyer.admitted)
        text = hold.expires_at.isoformat().replace("+00:00", "Z")
        assert refused.value.metadata == {"expires_at": text}

    async def test_a_cancelled_event(self, world: World, inventory: Inventory, sale: Sale) -> None:
        buyer = await world.user()
        hold_id = await self.held(world, sale, buyer)
        async with world.begin(world.system()) as work:
            event = await work.events.get(sale.event.id)
            assert event is not None
            work.events.save(event.cancel(at=await work.now()))
            await work.commit(None)
        with pytest.raises(EventNotOnSale):
            await inventory.checkout(hold_id, BUYER, buyer.admitted)

    async def test_an_order_is_let_go(self, world: World, inventory: Inventory, sale: Sale) -> None:
        buyer = await world.user()
        hold_id = await self.held(world, sale, buyer)
        order_id = (await inventory.checkout(hold_id, BUYER, buyer.admitted)).id
        view = await inventory.let_go(order_id, buyer.admitted)
        assert view.state == "CANCELLED"
        assert await world.counters(sale) == {"Standing": (0, 0), "Free": (0, 0)}
        assert await world.facts_of(hold_id) == ["HoldPlaced", "HoldOrdered", "HoldReleased"]
        with pytest.raises(OrderNotCancellable) as refused:
            await inventory.let_go(order_id, buyer.admitted)
        assert refused.value.metadata == {"state": "CANCELLED"}

    async def test_an_open_payment_is_abandoned(
        self, world: World, inventory: Inventory, sale: Sale
    ) -> None:
        buyer = await world.user()
        hold_id = await self.held(world, sale, buyer)
        order = await world.stored_order(
            (await inventory.checkout(hold_id, BUYER, buyer.admitted)).id
        )
        await pay(world, order)
        view = await inventory.let_go(order.id, buyer.admitted)
        assert view.payment is not None
        async with world.begin(world.system()) as work:
            (payment,) = await work.payments.of_order(order.id)
        assert payment.goal.value == "ABANDON"

    async def test_roles_decide_for_the_organizer(
        self, world: World, inventory: Inventory, sale: Sale
    ) -> None:
        buyer, finance, scanner = await world.users(3)
        await world.join(sale.event.organizer_id, finance, Role.FINANCE)
        await world.join(sale.event.organizer_id, scanner, Role.SCANNER)
        hold_id = await self.held(world, sale, buyer)
        order_id = (await inventory.checkout(hold_id, BUYER, buyer.admitted)).id
        roles = frozenset({Role.FINANCE})
        with pytest.raises(RoleMissing):
            await inventory.let_go(order_id, replace(scanner.admitted, roles=roles))
        view = await inventory.let_go(order_id, replace(finance.admitted, roles=roles))
        assert view.state == "CANCELLED"

    async def test_a_key_is_used_once(self, world: World, inventory: Inventory, sale: Sale) -> None:
        """The second call changes nothing and says so, also where it would be refused by now."""
        buyer, key = await world.user(), new_key()
        hold_id = await self.held(world, sale, buyer)
        view = await inventory.checkout(hold_id, BUYER, claiming(buyer, key))
        with pytest.raises(KeyTaken):
            await inventory.checkout(hold_id, BUYER, claiming(buyer, key))
        claim = claiming(buyer, key).claim
        assert claim is not None
        stored = await world.ports.store.find(claim, type(view))
        assert stored is not None and stored.answer == view
        assert await world.facts_of(view.id) == ["OrderPlaced"]

    async def test_20_orders_with_one_key(self, world: World, sale: Sale) -> None:
        buyer, key = await world.user(), new_key()
        hold_id = await self.held(world, sale, buyer)
        answers = await asyncio.gather(*(world.order(buyer, hold_id, key) for _ in range(20)))
        assert answers == [answers[0]] * 20
        assert await world.counters(sale) == {"Standing": (2, 0), "Free": (0, 0)}
        await world.harness.check_idle()

    async def test_20_orders_with_keys_of_their_own(self, world: World, sale: Sale) -> None:
        buyer = await world.user()
        hold_id = await self.held(world, sale, buyer)
        outcomes = await crowd(world.order(buyer, hold_id) for _ in range(20))
        assert refusals(outcomes) == ["HOLD_HAS_ORDER"] * 19

    async def test_20_who_let_go_at_once(self, world: World, sale: Sale) -> None:
        """Whoever read the order before somebody else changed it is run again."""
        buyer = await world.user()
        hold_id = await self.held(world, sale, buyer)
        order = await world.order(buyer, hold_id)
        cancel, command = world.application.orders.cancel, CancelOrder(order_id=order.id)
        outcomes = await crowd(cancel(command, buyer.ctx(new_key())) for _ in range(20))
        assert refusals(outcomes) == ["ORDER_NOT_CANCELLABLE"] * 19
        assert await world.counters(sale) == {"Standing": (0, 0), "Free": (0, 0)}
