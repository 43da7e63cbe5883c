"""A purchase whose servers are killed before and during each of its steps, in both deployments.

Of the services apart it is the one that keeps the holds (catalog), and the one that takes orders
and money; in one process it is everything. Whoever got no answer asks the same again with the same
key. In the end everything was sold once, paid for once, and handed out.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

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

CAPACITY, QUANTITY = 6, 2
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
    WHERE o.event_id = $1::text::uuid AND o.state = 'CONFIRMED' GROUP BY o.id
"""


@dataclass(slots=True, kw_only=True)
class Scene:
    house: House
    database: asyncpg.Connection
    account: Account
    offer: Offer
    tally: Tally

    async def hold(self, shop: Shop, key: str) -> str:
        return await shop.hold(self.account, self.offer, QUANTITY, key=key)

    async def handed_out(self, order_id: str, face: str) -> None:
        """Sooner or later."""
        deadline = time.monotonic() + 60
        while "CONFIRMED" != await self.house.insist(
            lambda shop, key: shop.order_state(self.account, order_id), face
        ):
            assert time.monotonic() < deadline, "it is never confirmed"
            await self.database.execute(_LOOK_NOW)
            await asyncio.sleep(0.2)
        self.tally.confirmed[order_id] = self.account
        tickets = await self.house.insist(
            lambda shop, key: shop.tickets(self.account, order_id), face
        )
        assert len(tickets) == QUANTITY
        self.tally.tickets.update({ticket.id: ticket.code for ticket in tickets})


@pytest.fixture(params=["monolith", "split"])
async def scene(
    request: pytest.FixtureRequest, databases: Databases, tmp_path: Path
) -> AsyncIterator[Scene]:
    url = databases.create()
    owner = databases.owner(url)
    settings = {
        **UNHURRIED,
        **ALL_FROM_HERE,
        "DATABASE__URL": url,
        "DATABASE__MIGRATION_URL": owner,
        "SECRET_KEY": SECRET,
    }
    house = House(tmp_path, settings, owner, request.param)
    database = await asyncpg.connect(owner)
    try:
        await house.start()
        [account] = await open_accounts(house.shop("rest"), 1, lambda: None)
        offer = await open_sale(house.rest_url, account, CAPACITY)
        yield Scene(house=house, database=database, account=account, offer=offer, tally=Tally())
        await house.stop()
    finally:
        await house.end()
        await database.close()
        databases.drop(url)


async def test_a_purchase_survives_a_kill_in_each_step(scene: Scene) -> None:
    await _cancelled(scene)
    await _killed_before_each_step(scene, "rest")
    await _killed_during_each_step(scene, "grpc")
    await _killed_before_it_has_tickets(scene, "rest")
    for face in ("rest", "grpc"):
        with pytest.raises(SoldOut):
            await scene.house.insist(scene.hold, face)

    assert scene.house.unanswered > 0
    assert await settle(scene.database, scene.offer, patience=15, everything=True)
    books = await compare(scene.database, scene.offer, scene.tally, complete=True)
    assert books.problems == ()
    assert (books.oversold, books.held, books.sold) == (0, 0, CAPACITY)
    assert books.tickets == len(scene.tally.tickets) == CAPACITY
    charges = await scene.database.fetch(_CHARGES, scene.offer.event_id)
    assert [(row["charges"], row["exact"]) for row in charges] == [(1, True)] * 3


async def _cancelled(scene: Scene) -> None:
    """What it held is there for the others."""
    house, account, tally = scene.house, scene.account, scene.tally
    hold = await house.insist(scene.hold, "rest")
    tally.holds.add(hold)
    order = await house.insist(lambda shop, key: shop.order(account, hold, key=key), "rest")
    tally.orders.add(order)
    await house.kill_during(
        lambda shop, key: shop.cancel(account, order, key=key), "rest", _STOCK, HOLDS
    )
    assert await house.shop("rest").order_state(account, order) == "CANCELLED"
    tally.cancelled.add(order)


async def _killed_before_each_step(scene: Scene, face: str) -> None:
    house, account, tally = scene.house, scene.account, scene.tally
    unanswered = house.unanswered
    await house.kill_before(HOLDS)
    hold = await house.insist(scene.hold, face)
    tally.holds.add(hold)
    assert house.unanswered > unanswered, "nobody noticed the kill"
    await house.kill_before(HOLDS)
    order = await house.insist(lambda shop, key: shop.order(account, hold, key=key), face)
    tally.orders.add(order)
    await house.kill_before(HOLDS)
    unanswered = house.unanswered
    payment = await house.insist(
        lambda shop, key: shop.pay(account, order, "succeed", key=key), face
    )
    tally.payments.add(payment)
    if house.deployment == "split":
        assert house.unanswered == unanswered, "money needs nobody who keeps holds"
    await scene.handed_out(order, face)


async def _killed_during_each_step(scene: Scene, face: str) -> None:
    house, account, tally = scene.house, scene.account, scene.tally
    hold = await house.kill_during(scene.hold, face, _STOCK, HOLDS)
    tally.holds.add(hold)
    order = await house.kill_during(
        lambda shop, key: shop.order(account, hold, key=key), face, _HOLDS, HOLDS
    )
    tally.orders.add(order)
    payment = await house.kill_during(
        lambda shop, key: shop.pay(account, order, "succeed", key=key),
        face,
        _PROVIDER,
        HOLDS,
        MONEY,
    )
    tally.payments.add(payment)
    await scene.handed_out(order, face)


async def _killed_before_it_has_tickets(scene: Scene, face: str) -> None:
    """The provider has the money already; and once more, before anybody has looked."""
    house, account, tally = scene.house, scene.account, scene.tally
    hold = await house.insist(scene.hold, face)
    tally.holds.add(hold)
    order = await house.insist(lambda shop, key: shop.order(account, hold, key=key), face)
    tally.orders.add(order)
    payment = await house.kill_during(
        lambda shop, key: shop.pay(account, order, "succeed", key=key),
        face,
        _TICKETS,
        HOLDS,
        MONEY,
    )
    tally.payments.add(payment)
    await house.kill_before(HOLDS, MONEY)
    await scene.handed_out(order, face)
