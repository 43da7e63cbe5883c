"""Redis is killed, frozen or flushed while tickets are sold: that costs speed and nothing else."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from redis import Redis as Client

from demo.instance import ALL_FROM_HERE, Instance
from demo.rest_shop import RestShop
from demo.shop import Account, Offer
from demo.stage import open_accounts, open_sale
from tests.conftest import Databases
from tests.faces.server import SECRET
from tools.services import Redis

CAPACITY, PURCHASES = 1_000, 4
PATIENCE = 60.0
"""Until facts have reached who shows figures."""
LONGEST = 20.0
"""Seconds for a call; one that waits for Redis without an end takes thirty."""


def flush(redis: Redis) -> None:
    with Client.from_url(redis.url) as client:
        client.flushall()


HARM: Mapping[str, Callable[[Redis], None]] = {
    "killed": lambda redis: redis.kill(),
    "frozen": lambda redis: redis.freeze(),
    "flushed": flush,
}


@pytest.fixture(scope="module")
def urls(
    redis: Redis, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[str]]:
    """Two processes; the first one has the background work, and so hears of facts."""
    url = databases.create()
    settings = {
        "DATABASE__URL": url,
        "DATABASE__MIGRATION_URL": databases.owner(url),
        "SECRET_KEY": SECRET,
        "AUTH__PASSWORD_MEMORY_KIB": "8192",
        "REDIS__URL": redis.url,
        "REDIS__USERS": "true",
        **ALL_FROM_HERE,
    }
    instances = [
        Instance(tmp_path_factory.mktemp(enabled), {**settings, "WORKER__ENABLED": enabled})
        for enabled in ("true", "false")
    ]
    try:
        with ThreadPoolExecutor(2) as threads:
            yield [each.rest_url for each in threads.map(Instance.start, instances)]
        for instance in instances:
            instance.stop()
    finally:
        for instance in instances:
            instance.kill()
        databases.drop(url)


@dataclass
class Sale:
    shops: list[RestShop]
    account: Account
    offer: Offer
    client: httpx2.AsyncClient
    longest: float = 0.0
    sold: int = 0
    held: int = field(default=0)

    async def sell(self) -> None:
        """A purchase through both processes in turn, and a hold that is only taken."""
        for shop in self.shops:
            async with self.timed():
                hold = await shop.hold(self.account, self.offer, 1, key=uuid.uuid4().hex)
            async with self.timed():
                order = await shop.order(self.account, hold, key=uuid.uuid4().hex)
            async with self.timed():
                await shop.pay(self.account, order, "succeed", key=uuid.uuid4().hex)
            async with asyncio.timeout(PATIENCE):
                while await shop.order_state(self.account, order) != "CONFIRMED":
                    await asyncio.sleep(0.05)
            self.sold += 1
            async with self.timed():
                await shop.hold(self.account, self.offer, 1, key=uuid.uuid4().hex)
            self.held += 1

    def timed(self) -> "Timed":
        return Timed(self)

    async def figures(self, shop: RestShop, max_age: int) -> tuple[int, int]:
        """Sold and held, as that process says."""
        asked = datetime.now(UTC)
        async with self.timed():
            path = f"{shop.url}/api/v1/events/{self.offer.event_id}/availability"
            answer = await self.client.get(path, params={"max_age": max_age})
        said = answer.raise_for_status().json()
        age = asked - datetime.fromisoformat(said["as_of"])
        assert age <= timedelta(seconds=max_age + 1), "older than asked for"
        (kind,) = said["ticket_types"]
        assert kind["available"] == CAPACITY - kind["sold"] - kind["held"]
        return kind["sold"], kind["held"]

    async def is_right(self) -> None:
        """Exact figures are exact at once; others never say more than there is."""
        for shop in self.shops:
            assert await self.figures(shop, 0) == (self.sold, self.held)
            sold, held = await self.figures(shop, 60)
            assert sold <= self.sold and sold + held <= self.sold + self.held

    async def catches_up(self, shop: RestShop) -> None:
        """Figures that may be a minute old are not, once the facts are through."""
        async with asyncio.timeout(PATIENCE):
            while await self.figures(shop, 60) != (self.sold, self.held):
                await asyncio.sleep(0.1)


@dataclass
class Timed:
    sale: Sale
    began: float = 0.0

    async def __aenter__(self) -> None:
        self.began = time.monotonic()

    async def __aexit__(self, *_: object) -> None:
        self.sale.longest = max(self.sale.longest, time.monotonic() - self.began)


@pytest.fixture
async def sale(urls: list[str], redis: Redis) -> AsyncIterator[Sale]:
    shops = [RestShop(url) for url in urls]
    (account,) = await open_accounts(shops[0], 1, lambda: None)
    offer = await open_sale(urls[0], account, CAPACITY)
    headers = {"Authorization": f"Bearer {account.token}"}
    async with httpx2.AsyncClient(timeout=30, headers=headers) as client:
        yield Sale(shops, account, offer, client)
    for shop in shops:
        await shop.aclose()


@pytest.mark.parametrize("harm", HARM)
async def test_sales_go_on(sale: Sale, redis: Redis, harm: str) -> None:
    working, other = sale.shops
    await sale.sell()
    await sale.is_right()
    for shop in sale.shops:
        await sale.catches_up(shop)
    try:
        selling = asyncio.create_task(sale.sell())  # in the middle of it
        await asyncio.sleep(0.05)
        await asyncio.to_thread(HARM[harm], redis)
        await selling
        await sale.is_right()
        for _ in range(PURCHASES):
            await sale.sell()
            await sale.is_right()
        await sale.catches_up(working)
    finally:
        await asyncio.to_thread(_mend, redis)
    await sale.sell()
    await sale.is_right()
    for shop in sale.shops:
        await sale.catches_up(shop)
    assert sale.longest < LONGEST


async def test_a_card_of_everybody(sale: Sale, redis: Redis) -> None:
    """For other programs; it comes of the messages alone."""

    def cards() -> list[bytes]:
        with Client.from_url(redis.url) as client:
            names = [client.hget(key, "name") for key in client.scan_iter("holdfast:users:*")]
        return [name for name in names if isinstance(name, bytes)]

    async with asyncio.timeout(PATIENCE):
        while b"Demo Buyer 0" not in await asyncio.to_thread(cards):
            await asyncio.sleep(0.1)


def _mend(redis: Redis) -> None:
    if redis.is_running:
        redis.thaw()
    else:
        redis.start()
