"""What a broker that was away costs: facts pile up beside running sales, and drain when it is back.

python -m bench.backlog [--facts 20000] [--apart] [redis] [rabbitmq] [kafka]    prints a table

For each broker, in one run: the sales of a quiet time; the broker is killed, and facts pile up;
it is back, and they drain while sales go on. Then the same once more with nobody buying. What
arrived is compared with the log: all of it, and of each aggregate in order. The product is one
process that sells and relays, or, `--apart`, two that sell and one that relays.
"""

import argparse
import asyncio
import os
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg

from application.ports.broker import Broker, Delivery
from bench import cpu
from bench.deployments import SETTINGS
from demo.instance import Instance
from demo.rest_shop import RestShop
from demo.shop import Account, Offer
from demo.stage import open_accounts, open_sale
from infrastructure.kafka.broker import KafkaBroker
from infrastructure.kafka.config import KafkaConfig
from infrastructure.rabbitmq.broker import RabbitMqBroker
from infrastructure.rabbitmq.config import RabbitMqConfig
from infrastructure.redis.streams import RedisStreamsBroker
from infrastructure.redis.streams_config import StreamsConfig
from tools.services import Kafka, RabbitMq, Redis, Server

_SERVERS: Final[dict[str, type[Server]]] = {"redis": Redis, "rabbitmq": RabbitMq, "kafka": Kafka}
_HEAD: Final = """\
| broker | facts/s beside sales | alone | CPU µs per fact | cores of others \
| p99 of holds, ms: before | while it is away | draining | ratio |
|---|---:|---:|---:|---:|---:|---:|---:|---:|"""
_AT_ONCE: Final = 2
_QUIET_SECONDS: Final = 8.0
_AGGREGATES: Final = 2_000
_STROKE: Final = 1_000
"""So many pile up at once."""
_TOPIC: Final = "ticketing.session"
"""Of facts that none of our consumers waits for: only the relay is measured."""

# Facts like others, of many aggregates in turn, in the order of their positions.
_PILE_UP = """
    INSERT INTO outbox (id, position, type, version, aggregate_type, aggregate_id, payload,
                        occurred_at, request_id, actor)
    SELECT overlay(gen_random_uuid()::text PLACING left(like_it.id::text, 15) FROM 1)::uuid,
           nextval('holdfast_outbox_position'), like_it.type, like_it.version,
           like_it.aggregate_type,
           lpad(to_hex(nr % $2::int), 32, '0')::uuid,
           like_it.payload, clock_timestamp(), 'bench', like_it.actor
    FROM generate_series(1, $1::int) AS nr,
         (SELECT * FROM outbox WHERE type = 'session.started' LIMIT 1) AS like_it
"""
_WAITING = """
    SELECT (SELECT count(*) FROM outbox WHERE log_position IS NULL)
         + (SELECT count(*) FROM outbox, (SELECT min(log_position) AS first FROM log_cursors
                                          WHERE reader = $1) AS cursors
            WHERE log_position > first)
"""


@dataclass(kw_only=True)
class Arrived:
    """What a reader of the topic was given, by aggregate."""

    positions: dict[uuid.UUID, list[int]] = field(default_factory=dict)
    count: int = 0

    async def take(self, deliveries: Sequence[Delivery]) -> None:
        for each in deliveries:
            if each.message.request_id == "bench":
                self.positions.setdefault(each.message.aggregate_id, []).append(
                    each.message.position
                )
                self.count += 1

    @property
    def in_order(self) -> bool:
        """Repetitions aside."""
        firsts = (list(dict.fromkeys(each)) for each in self.positions.values())
        return all(each == sorted(each) for each in firsts)


@dataclass(frozen=True, kw_only=True)
class Drained:
    """Facts a second; processor time of the product, with its database, for each of them; and how
    many cores others used meanwhile."""

    per_second: float
    microseconds: float
    others: float


@dataclass(frozen=True, kw_only=True)
class Scene:
    server: Server
    kind: str
    pid: int
    shop: RestShop
    accounts: Sequence[Account]
    offer: Offer
    database: asyncpg.Connection

    async def sell(self, until: asyncio.Event, took: list[float]) -> None:
        """Milliseconds of each hold."""

        async def one(account: Account) -> None:
            while not until.is_set():
                started = time.perf_counter()
                await self.shop.hold(account, self.offer, 1, key=uuid.uuid4().hex)
                took.append(1000 * (time.perf_counter() - started))
                await asyncio.sleep(0.02)

        await asyncio.gather(*(one(account) for account in self.accounts))

    @asynccontextmanager
    async def sales(self, took: list[float]) -> AsyncIterator[None]:
        until = asyncio.Event()
        selling = asyncio.create_task(self.sell(until, took))
        try:
            yield
        finally:
            until.set()
            await selling

    async def pile_up(self, facts: int) -> None:
        await asyncio.to_thread(self.server.kill)
        for _ in range(facts // _STROKE):
            await self.database.execute(_PILE_UP, _STROKE, _AGGREGATES)
            await asyncio.sleep(0.05)

    async def drain(self) -> Drained:
        """From the moment the relay has noticed that the broker is back."""
        reader = f"relay:{self.kind}"
        piled = await self.database.fetchval(_WAITING, reader)
        await asyncio.to_thread(self.server.start)
        while (before := await self.database.fetchval(_WAITING, reader)) >= piled:
            await asyncio.sleep(0.02)
            piled = max(piled, before)  # sales go on
        look, started = cpu.look(), time.perf_counter()
        while await self.database.fetchval(_WAITING, reader) > 100:  # sales go on
            await asyncio.sleep(0.1)
        took, after = time.perf_counter() - started, cpu.look()
        return Drained(
            per_second=before / took,
            microseconds=1e6 * cpu.seconds_of([self.pid], look, after) / before,
            others=cpu.others(os.getpid(), look, after),
        )


async def measure(kind: str, server: Server, facts: int, apart: bool, folder: Path) -> str:
    settings = {
        **SETTINGS,
        "BROKER__KIND": kind,
        "BROKER__URL": server.url,
        "WEB__WORKERS": "2" if apart else "1",
    }
    instance = Instance(folder / f"{kind}-data", settings)
    addresses = await asyncio.to_thread(instance.start)
    shop, broker, arrived = RestShop(addresses.rest_url), _broker(kind, server.url), Arrived()
    database = await asyncpg.connect(addresses.database_url)
    try:
        accounts = await open_accounts(shop, _AT_ONCE, lambda: None)
        offer = await open_sale(addresses.rest_url, accounts[0], 1_000_000)
        # Known before anything is relayed: not every broker keeps messages for groups to come.
        await (await broker.subscribe("bench", [_TOPIC], arrived.take, batch=500)).close()
        scene = Scene(
            server=server,
            kind=kind,
            pid=instance.pid,
            shop=shop,
            accounts=accounts,
            offer=offer,
            database=database,
        )
        quiet: list[float] = []
        away: list[float] = []
        draining: list[float] = []
        async with scene.sales(quiet):
            await asyncio.sleep(_QUIET_SECONDS)
        async with scene.sales(away):
            await scene.pile_up(facts)
        async with scene.sales(draining):
            beside = await scene.drain()
        await scene.pile_up(facts)
        alone = await scene.drain()
        await broker.subscribe("bench", [_TOPIC], arrived.take, batch=500)
        deadline = time.monotonic() + 120
        while len({at for each in arrived.positions.values() for at in each}) < 2 * facts:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{kind}: {arrived.count} of {2 * facts} facts arrived")
            await asyncio.sleep(0.5)
        if not arrived.in_order:
            raise RuntimeError(f"{kind}: something was overtaken")
        before, without, after = map(_p99, (quiet, away, draining))
        return (
            f"| {kind} | {beside.per_second:,.0f} | {alone.per_second:,.0f} "
            f"| {alone.microseconds:.0f} | {alone.others:.1f} "
            f"| {before:.0f} | {without:.0f} | {after:.0f} | {after / before:.2f} |"
        )
    finally:
        await broker.close()
        await shop.aclose()
        database.terminate()
        await asyncio.to_thread(instance.kill)


def _broker(kind: str, url: str) -> Broker:
    match kind:
        case "kafka":
            return KafkaBroker(KafkaConfig(url=url))
        case "rabbitmq":
            return RabbitMqBroker(RabbitMqConfig(url=url))
    return RedisStreamsBroker(StreamsConfig(url=url))


def _p99(took: Sequence[float]) -> float:
    return sorted(took)[int(0.99 * len(took))]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.backlog")
    parser.add_argument("--facts", type=int, default=20_000)
    parser.add_argument("--apart", action="store_true", help="relay in a process of its own")
    parser.add_argument("kinds", nargs="*", metavar="BROKER", help=", ".join(_SERVERS))
    chosen = parser.parse_args()
    print(_HEAD, flush=True)
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # root's embedded server runs as another user
        for kind in chosen.kinds or list(_SERVERS):
            server = _SERVERS[kind](folder / kind)
            server.start()
            try:
                print(
                    asyncio.run(measure(kind, server, chosen.facts, chosen.apart, folder)),
                    flush=True,
                )
            finally:
                server.kill()


if __name__ == "__main__":
    main()
