"""A purchase whose servers are killed before and during each of its steps, in both deployments.

Of the services apart it is the one that keeps the holds (catalog), and the one that takes orders
and money; in one process it is everything. Whoever got no answer asks the same again with the same
key. In the end everything was sold once, paid for once, and handed out.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

import asyncpg
import pytest

from demo.books import compare, settle
from demo.instance import ALL_FROM_HERE
from demo.shop import Account, Offer, Shop
from demo.stage import open_accounts, open_sale
from demo.tally import Tally
from domain.stock import SoldOut
from tests.conftest import Databases
from tests.faces.server import SECRET, UNHURRIED
from tests.kill.house import House

QUANTITY = 2
"""All there is: whoever is given it twice sells what nobody has."""
HOLDS, MONEY = "catalog", "orders"

_STOCK = "SELECT FROM stock FOR UPDATE"
_HOLDS = "SELECT FROM holds FOR UPDATE"
_PROVIDER = "LOCK TABLE simulator.operations"
_TICKETS = "LOCK TABLE tickets IN SHARE MODE"
# Nobody waits until the background looks at a payment that nobody finished.
_LOOK_NOW = "UPDATE payments SET due_at = clock_timestamp() WHERE due_at IS NOT NULL"
_CHARGES = """
    SELECT o.id, count(l.*) FILTER (WHERE l.kind = 'captured') AS charges,
           sum(l.amount) FILTER (WHERE l.kind = 'captured') = o.total AS exact
    FROM orders o LEFT JOIN payments p ON p.order_id = o.id
    LEFT JOIN simulator.ledger l ON l.payment_id = p.id
    WHERE o.event_id = $1::text::uuid AND o.state <> 'CANCELLED' GROUP BY o.id
"""


@dataclass(slots=True, kw_only=True)
class Scene:
    """An event of its own."""

    house: House
    database: asyncpg.Connection
    account: Account
    offer: Offer
    tally: Tally

    async def hold(self, shop: Shop, key: str) -> str:
        hold = await shop.hold(self.account, self.offer, QUANTITY, key=key)
        self.tally.holds.add(hold)
        return hold

    async def order(self, hold: str, shop: Shop, key: str) -> str:
        order = await shop.order(self.account, hold, key=key)
        self.tally.orders.add(order)
        return order

    async def pay(self, order: str, shop: Shop, key: str) -> None:
        self.tally.payments.add(await shop.pay(self.account, order, "succeed", key=key))

    async def cancel(self, order: str, shop: Shop, key: str) -> None:
        await shop.cancel(self.account, order, key=key)
        self.tally.cancelled.add(order)

    async def handed_out(self, order: str, face: str) -> None:
        """Sooner or later; then nothing is left, and all books are right."""
        deadline = time.monotonic() + 60
        while "CONFIRMED" != await self.house.insist(
            lambda shop, key: shop.order_state(self.account, order), face
        ):
            assert time.monotonic() < deadline, "it is never confirmed"
            await self.database.execute(_LOOK_NOW)
            await asyncio.sleep(0.2)
        self.tally.confirmed[order] = self.account
        tickets = await self.house.insist(lambda shop, key: shop.tickets(self.account, order), face)
        self.tally.tickets = {ticket.id: ticket.code for ticket in tickets}
        assert len(self.tally.tickets) == QUANTITY
        with pytest.raises(SoldOut):
            await self.house.insist(self.hold, face)

        assert await settle(self.database, self.offer, patience=60, everything=True)
        books = await compare(self.database, self.offer, self.tally, complete=True)
        assert books.problems == ()
        assert (books.oversold, books.held, books.sold, books.tickets) == (0, 0, QUANTITY, QUANTITY)
        charges = await self.database.fetch(_CHARGES, self.offer.event_id)
        assert [(row["charges"], row["exact"]) for row in charges] == [(1, True)]


@pytest.fixture(scope="module", params=["monolith", "split"])
async def house(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    url = databases.create()
    owner = databases.owner(url)
    settings = {
        **UNHURRIED,
        **ALL_FROM_HERE,
        "DATABASE__URL": url,
        "DATABASE__MIGRATION_URL": owner,
        "SECRET_KEY": SECRET,
    }
    house = House(tmp_path_factory.mktemp("house"), settings, owner, request.param)
    try:
        await house.start()
        yield house
        await house.stop()
    finally:
        await house.end()
        databases.drop(url)


@pytest.fixture
async def scene(house: House) -> AsyncIterator[Scene]:
    await house.ready()
    database = await asyncpg.connect(house.owner_url)
    try:
        [account] = await open_accounts(house.shop("rest"), 1, lambda: None)
        offer = await open_sale(house.rest_url, account, QUANTITY)
        yield Scene(house=house, database=database, account=account, offer=offer, tally=Tally())
    finally:
        await database.close()


async def test_killed_before_each_step(scene: Scene) -> None:
    house, face = scene.house, "rest"
    with house.unattended():
        await house.kill_before(HOLDS)
        unanswered = house.unanswered
        holding = asyncio.create_task(house.insist(scene.hold, face))
        while house.unanswered == unanswered:
            assert not holding.done(), "nobody noticed the kill"
            await asyncio.sleep(0.01)
    hold = await holding
    await house.kill_before(HOLDS)
    order = await house.insist(partial(scene.order, hold), face)
    await house.kill_before(HOLDS)
    unanswered = house.unanswered
    await house.insist(partial(scene.pay, order), face)
    if house.deployment == "split":
        assert house.unanswered == unanswered, "money needs nobody who keeps holds"
    await house.kill_before(HOLDS)
    await scene.handed_out(order, face)


async def test_killed_during_each_step(scene: Scene) -> None:
    """Holding, ordering, and while the provider is asked."""
    house, face = scene.house, "grpc"
    hold = await house.kill_during(scene.hold, face, _STOCK, HOLDS)
    order = await house.kill_during(partial(scene.order, hold), face, _HOLDS, HOLDS)
    await house.kill_during(partial(scene.pay, order), face, _PROVIDER, HOLDS, MONEY)
    await scene.handed_out(order, face)


async def test_killed_before_there_are_tickets(scene: Scene) -> None:
    """The provider has the money already; and once more, before anybody has looked."""
    house, face = scene.house, "rest"
    hold = await house.insist(scene.hold, face)
    order = await house.insist(partial(scene.order, hold), face)
    await house.kill_during(partial(scene.pay, order), face, _TICKETS, HOLDS, MONEY)
    await house.kill_before(HOLDS, MONEY)
    await scene.handed_out(order, face)


async def test_killed_while_an_order_is_cancelled(scene: Scene) -> None:
    """What it held is there for the next, once."""
    house, face = scene.house, "grpc"
    hold = await house.insist(scene.hold, face)
    order = await house.insist(partial(scene.order, hold), face)
    await house.kill_during(partial(scene.cancel, order), face, _STOCK, HOLDS)
    assert await house.shop(face).order_state(scene.account, order) == "CANCELLED"
    hold = await house.insist(scene.hold, face)
    order = await house.insist(partial(scene.order, hold), face)
    await house.insist(partial(scene.pay, order), face)
    await scene.handed_out(order, face)
