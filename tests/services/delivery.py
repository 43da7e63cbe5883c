"""Delivery: what is bought over REST is told by the broker to whoever reads there, and our own
consumers work from it."""

import asyncio
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx2
import pytest

from demo.instance import Addresses, Instance
from demo.rest_shop import RestShop
from demo.shop import Account, Offer
from demo.stage import open_accounts, open_sale
from tests.adapters.webhooks.receiver import Receiver, receiving
from tests.conftest import Databases
from tests.contracts.broker_bench import PATIENCE, eventually
from tests.faces.server import SECRET, UNHURRIED
from tests.services.outside import Outside, Seen
from tools.services import Server

_THANKS: Final = b"HTTP/1.1 204 No Content\r\n\r\n"
_QUIET_SECONDS: Final = 1.5
"""What must not come again would have come by then."""

_NOTED: Final = """
    SELECT message_id::text AS id, count(*) AS times FROM webhook_deliveries GROUP BY message_id
"""

_UNSETTLED: Final = "SELECT count(*) FROM webhook_deliveries WHERE state = 'PENDING'"

_HEADERS: Final = {
    "content-type",
    "ce_specversion",
    "ce_id",
    "ce_source",
    "ce_type",
    "ce_time",
    "ce_subject",
    "ce_dataversion",
    "ce_requestid",
    "ce_actor",
    "ce_live",
    "ce_position",
    "ce_organizerid",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    order_id: str
    ticket_id: str
    ordering: str
    """The id of the request that placed the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A sale that goes on in the product, and an organizer who wants to be told of orders."""

    shop: RestShop
    client: httpx2.AsyncClient
    buyer: Account
    offer: Offer
    database: asyncpg.Connection
    receiver: Receiver

    async def buy(self) -> Bought:
        hold_id = await self.shop.hold(self.buyer, self.offer, 1, key=uuid.uuid4().hex)
        answer = await self.client.post(
            "/orders",
            json={"hold_id": hold_id, "buyer": {"name": "Ada", "email": self.buyer.email}},
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )
        order_id = str(answer.raise_for_status().json()["id"])
        await self.shop.pay(self.buyer, order_id, "succeed", key=uuid.uuid4().hex)
        async with asyncio.timeout(PATIENCE):
            while await self.shop.order_state(self.buyer, order_id) != "CONFIRMED":
                await asyncio.sleep(0.05)
        (ticket,) = await self.shop.tickets(self.buyer, order_id)
        return Bought(
            order_id=order_id, ticket_id=ticket.id, ordering=answer.headers["X-Request-ID"]
        )

    async def settle(self) -> None:
        """The product has noted that what it told was heard: killed before, it would tell again."""
        async with asyncio.timeout(PATIENCE):
            while await self.database.fetchval(_UNSETTLED):
                await asyncio.sleep(0.05)

    def told(self, order_id: str) -> list[tuple[str, str]]:
        """Message id and type of each webhook about the order, as they came."""
        found = []
        for request in self.receiver.heard:
            head, _, body = request.partition(b"\r\n\r\n")
            said = json.loads(body)
            if said["data"]["id"] == order_id:
                lines = head.decode().lower().split("\r\n")
                (id,) = [line[12:] for line in lines if line.startswith("webhook-id: ")]
                found.append((id, said["type"]))
        return found


class DeliveryContract:
    kind: str
    """BROKER__KIND."""

    @pytest.fixture
    def server(self) -> Server:
        raise NotImplementedError

    @pytest.fixture
    def outside(self, server: Server) -> Outside:
        raise NotImplementedError

    @pytest.fixture
    def product(
        self, databases: Databases, server: Server, tmp_path: Path
    ) -> Iterator[tuple[Instance, str]]:
        """Not started yet, and the address of its database for the owner."""
        url = databases.create()
        owner = databases.owner(url)
        settings = {
            **UNHURRIED,
            "DATABASE__URL": url,
            "DATABASE__MIGRATION_URL": owner,
            "SECRET_KEY": SECRET,
            "BROKER__KIND": self.kind,
            "BROKER__URL": server.url,
            "BROKER__TIMEOUT_SECONDS": "5",
        }
        instance = Instance(tmp_path / "product", settings)
        yield instance, owner
        instance.kill()
        if not server.is_running:
            server.start()
        databases.drop(url)

    async def test_from_rest_to_whoever_reads(
        self, product: tuple[Instance, str], outside: Outside
    ) -> None:
        """Once, in order, with what CloudEvents wants to know; also when the product is killed."""
        instance, owner = product
        async with outside.reading():
            addresses = await asyncio.to_thread(instance.start)
            async with selling(addresses, owner) as sale:
                first = await sale.buy()
                await self.arrived(sale, outside, first)
                await sale.settle()
                instance.kill()
                addresses = await asyncio.to_thread(instance.start)
                async with again(sale, addresses) as sale:
                    second = await sale.buy()
                    await self.arrived(sale, outside, second)
                    await self.nothing_twice(sale, first, second)
            await asyncio.to_thread(instance.stop)

    async def test_sales_go_on_while_the_broker_is_away(
        self, product: tuple[Instance, str], server: Server, outside: Outside
    ) -> None:
        """What happened meanwhile is told when it is back, before what happens then."""
        instance, owner = product
        async with outside.reading():
            addresses = await asyncio.to_thread(instance.start)
            async with selling(addresses, owner) as sale:
                before = await sale.buy()
                await self.arrived(sale, outside, before)
                await asyncio.to_thread(server.kill)
                meanwhile = [await sale.buy() for _ in range(3)]
                await asyncio.to_thread(server.start)
                after = await sale.buy()
                for each in (*meanwhile, after):
                    await self.arrived(sale, outside, each)
                await self.nothing_twice(sale, before, *meanwhile, after)
            await asyncio.to_thread(instance.stop)

    async def arrived(self, sale: Sale, outside: Outside, bought: Bought) -> None:
        """All of the purchase, at who reads outside and at the organizer's endpoint."""
        await outside.until(bought.order_id, "order.confirmed")
        await outside.until(bought.ticket_id, "ticket.issued")
        seen = outside.of(bought.order_id)
        types = [each.type for each in seen]
        stages = ["order.placed", "payment.started", "payment.completed", "order.confirmed"]
        assert [each for each in types if each in stages] == stages
        assert [each.position for each in seen] == sorted({each.position for each in seen})
        (placed,) = [each for each in seen if each.type == "order.placed"]
        (issued,) = outside.of(bought.ticket_id)
        assert placed.headers["ce_requestid"] == bought.ordering
        for each in (*seen, issued):
            self.is_well_formed(each, outside)
        wanted = {"order.placed", "order.confirmed"}
        await eventually(
            lambda: wanted <= {type for _, type in sale.told(bought.order_id)},
            lambda: f"the organizer was told {sale.told(bought.order_id)}",
        )
        confirmed = [each.id for each in seen if each.type == "order.confirmed"]
        assert [id for id, type in sale.told(bought.order_id) if type == "order.confirmed"] == (
            confirmed
        )

    def is_well_formed(self, each: Seen, outside: Outside) -> None:
        headers = each.headers
        assert set(headers) == _HEADERS, each
        assert headers["ce_specversion"] == "1.0" and headers["ce_live"] == "true"
        assert headers["content-type"] == "application/json"
        aggregate = headers["ce_source"].removeprefix("/holdfast/")
        assert (each.where, each.key) == outside.place_of(
            aggregate, headers["ce_subject"], each.type
        )
        data: Mapping[str, Any] = json.loads(each.data)
        assert headers["ce_subject"] == data[f"{aggregate}_id"]

    async def nothing_twice(self, sale: Sale, *purchases: Bought) -> None:
        await asyncio.sleep(_QUIET_SECONDS)
        for each in purchases:
            told = Counter(sale.told(each.order_id))
            assert set(told.values()) == {1}, told
        noted = {row["id"]: row["times"] for row in await sale.database.fetch(_NOTED)}
        assert set(noted.values()) == {1}
        assert {id for each in purchases for id, _ in sale.told(each.order_id)} <= set(noted)


@asynccontextmanager
async def selling(addresses: Addresses, owner: str) -> AsyncIterator[Sale]:
    receiver = Receiver(answer=_THANKS)
    shop = RestShop(addresses.rest_url)
    database = await asyncpg.connect(owner)
    try:
        async with receiving(receiver):
            (account,) = await open_accounts(shop, 1, lambda: None)
            offer = await open_sale(addresses.rest_url, account, 50)
            async with _client(addresses, account) as client:
                event = (await client.get(f"/events/{offer.event_id}")).raise_for_status().json()
                endpoint: Mapping[str, object] = {
                    "live": True,
                    "url": f"http://127.0.0.1:{receiver.port}/",
                    "types": ["order.placed", "order.confirmed"],
                }
                path = f"/organizers/{event['organizer_id']}/webhook-endpoints"
                (await client.post(path, json=endpoint)).raise_for_status()
                yield Sale(
                    shop=shop,
                    client=client,
                    buyer=account,
                    offer=offer,
                    database=database,
                    receiver=receiver,
                )
    finally:
        await shop.aclose()
        await database.close()


@asynccontextmanager
async def again(sale: Sale, addresses: Addresses) -> AsyncIterator[Sale]:
    """The same sale after a restart: somewhere else, perhaps."""
    shop = RestShop(addresses.rest_url)
    try:
        async with _client(addresses, sale.buyer) as client:
            yield Sale(
                shop=shop,
                client=client,
                buyer=sale.buyer,
                offer=sale.offer,
                database=sale.database,
                receiver=sale.receiver,
            )
    finally:
        await shop.aclose()


def _client(addresses: Addresses, account: Account) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        base_url=f"{addresses.rest_url}/api/v1",
        headers={"Authorization": f"Bearer {account.token}"},
        timeout=30,
    )
