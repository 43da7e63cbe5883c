"""Seven kinds of writers at one sale, two of them other processes as far as the database can tell,
while connections are killed in the middle of what they do: the audit finds nothing at any moment,
and in the end everybody has what they were told."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import asyncpg

from application.assembly import Rules
from application.hold.extend_hold import ExtendHold
from application.hold.release_hold import ReleaseHold
from application.messages import Context
from application.order.pay_order import PayOrder
from application.payment.providers import Providers
from application.views.hold import HoldView
from domain.hold.hoarding import HoardingLimits
from domain.hold.hold import HoldTerms
from infrastructure.postgres.audit import audit
from infrastructure.postgres.database import Database
from infrastructure.postgres.embedded import EmbeddedPostgres
from infrastructure.postgres.group.together import Together
from infrastructure.postgres.migrations import upgrade
from infrastructure.simulated.payments import SimulatedPayments
from infrastructure.simulated.postgres import PostgresStorage
from infrastructure.simulated.provider import SimulatedProvider
from shared.errors import AppError, Code
from tests.adapters.postgres.harness import PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.contracts.world import Caller, Sale, World, kind, new_key
from tests.core.proc import is_alive

SECONDS = 6.0
"""At least; longer until everything has been seen that is to be."""
PATIENCE = 60.0
BUYERS = 30
T = TypeVar("T")
# In the middle of something, as far as that can be seen.
KILL = """
    SELECT pg_terminate_backend(pid) FROM (
        SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = $1
          AND state IN ('active', 'idle in transaction')
        ORDER BY random() LIMIT 1
    ) AS one
"""
VICTIM = """
    SELECT pid FROM pg_stat_activity WHERE application_name = 'first shared'
    ORDER BY state <> 'idle' DESC LIMIT 1
"""
HOLDS = "SELECT id FROM holds"
GONE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
USUAL = ("hold", "release", "extend", "order", "pay", "swept")
"""What is seen in every storm, all of it."""


@dataclass
class Storm:
    """`worlds`: two that commit in groups and a plain one, over one database."""

    worlds: list[World]
    sale: Sale
    buyers: list[Caller]
    owner: Owner
    chance: random.Random = field(default_factory=lambda: random.Random(4))
    told: dict[str, HoldView] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    wanted: dict[str, int] = field(default_factory=dict)
    until: float = 0

    @property
    def rages(self) -> bool:
        return time.monotonic() < self.until or any(
            self.seen[name] < least for name, least in self.wanted.items()
        )

    async def insist(self, name: str, call: Callable[[str], Awaitable[T]]) -> T | None:
        """With one key until there is an answer or a refusal that is not about the moment."""
        key, deadline = new_key(), time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = await call(key)
            except AppError as refusal:
                self.seen[f"{name} {refusal.reason}"] += 1
                if refusal.code is Code.INTERNAL:
                    raise
                if refusal.code in (Code.UNAVAILABLE, Code.ABORTED, Code.DEADLINE_EXCEEDED):
                    await asyncio.sleep(0.02)
                    continue
                return None
            self.seen[name] += 1
            return answer
        raise AssertionError(f"{name} found no end")

    async def buy(self, nr: int) -> None:
        """Hold, and then one of what can become of it; each in the process that comes next."""
        buyer, chance = self.buyers[nr], self.chance
        while self.rages:
            worlds = [chance.choice(self.worlds) for _ in range(3)]
            name = chance.choice(["Paid", "Free", "Scarce"])
            wanted = {name: chance.randint(1, 2)}
            if name == "Paid" and chance.random() < 0.3:
                wanted["Free"] = 1
            hold = await self.insist(
                "hold", lambda key: worlds[0].hold(buyer, self.sale, wanted, key)
            )
            if hold is None:
                await asyncio.sleep(0.01)
                continue
            self.told[str(hold.id)] = hold
            await self._go_on(chance.random(), buyer, hold, worlds)

    async def _go_on(self, luck: float, buyer: Caller, hold: HoldView, worlds: list[World]) -> None:
        one, other = worlds[1].application, worlds[2].application
        if luck < 0.15:
            return  # it lapses
        if luck < 0.5:
            release = ReleaseHold(hold_id=hold.id)
            await self.insist("release", lambda key: one.holds.release(release, buyer.ctx(key)))
            return
        if luck < 0.65:
            extend = ExtendHold(hold_id=hold.id)
            await self.insist("extend", lambda key: one.holds.extend(extend, buyer.ctx(key)))
        order = await self.insist("order", lambda key: worlds[1].order(buyer, hold.id, key))
        if order is not None and order.total.amount:
            pay = PayOrder(order_id=order.id, provider=None, method=None)
            await self.insist("pay", lambda key: other.orders.pay(pay, buyer.ctx(key)))

    async def sweep(self) -> None:
        while self.rages:
            ctx = Context.system("sweep")
            try:
                async with self.worlds[0].begin(ctx) as work:
                    self.seen["swept"] += await work.holds.expire_due(limit=20)
            except AppError:
                self.seen["sweep failed"] += 1
            await asyncio.sleep(0.05)

    async def kill(self) -> None:
        while self.rages:
            await asyncio.sleep(0.15)
            for name in ("first shared", "second shared", "apart"):
                rows = await self.owner.fetch(KILL, name)
                self.seen["killed apart" if name == "apart" else "killed shared"] += len(rows)

    async def look(self) -> None:
        while self.rages:
            assert await audit(self.owner) == []
            self.seen["audits"] += 1
            await asyncio.sleep(0.1)


@asynccontextmanager
async def storm_at(database_url: str, owner_url: str) -> AsyncIterator[Storm]:
    async with AsyncExitStack() as stack:
        owner = await stack.enter_async_context(Owner(owner_url))
        storage = await stack.enter_async_context(PostgresStorage(database_url))
        provider = SimulatedProvider(storage, public_url="http://shop.test")
        payments = SimulatedPayments(provider, secret=b"a secret the provider and shop share")
        minute = timedelta(minutes=1)
        rules = Rules(
            hold_terms=HoldTerms(ttl=timedelta(seconds=1.5), longest=minute),
            hoarding=HoardingLimits(units=10_000, cooling=minute, holds=10_000, window=minute),
            key_lease=timedelta(seconds=2),
        )
        worlds = []
        for name in ("first", "second", None):
            together = None
            if name is not None:
                shared = Database(
                    database_url, pool_min=1, pool_max=4, application_name=f"{name} shared"
                )
                together = Together(await stack.enter_async_context(shared))
                stack.push_async_callback(together.close)
            apart = Database(database_url, pool_min=2, pool_max=6, application_name="apart")
            database = await stack.enter_async_context(apart)
            harness = PostgresHarness(database, owner, together=together)
            worlds.append(World(harness, rules, Providers([payments], "simulated")))
        world = worlds[2]
        sale = await world.sale(
            kind("Paid", pools=("Hall",)),
            kind("Free", price=0, pools=("Hall",)),
            kind("Scarce", 12, price=0),
            pools={"Hall": 600},
        )
        buyers = await world.users(BUYERS, verified=True)
        yield Storm(worlds, sale, buyers, owner)


async def rage(storm: Storm, *more: Coroutine[object, object, None], **wanted: int) -> None:
    """Until it is over; then everybody has what they were told, and nothing else is there."""
    storm.until = time.monotonic() + SECONDS
    storm.wanted = {**dict.fromkeys(USUAL, 1), **wanted}
    async with asyncio.timeout(2 * PATIENCE), asyncio.TaskGroup() as group:
        for nr in range(BUYERS):
            group.create_task(storm.buy(nr))
        for other in (storm.sweep(), *more):
            group.create_task(other)
    assert [bug for world in storm.worlds for bug in world.observer.bugs] == []
    assert await audit(storm.owner) == []
    stored = {str(row["id"]) for row in await storm.owner.fetch(HOLDS)}
    assert stored == storm.told.keys(), "one hold for each answer, and none besides"


async def test_connections_are_killed(database_url: str, owner_url: str) -> None:
    async with storm_at(database_url, owner_url) as storm:
        await rage(storm, storm.kill(), storm.look(), **{"killed shared": 2, "audits": 6})


async def test_the_server_crashes(tmp_path: Path) -> None:
    """Twice: all of its processes end, and it comes back with what it had promised."""
    tmp_path.chmod(0o755)  # root's embedded server runs as another user
    async with EmbeddedPostgres(tmp_path / "postgres", settings={"fsync": "off"}) as server:
        await upgrade(server.url())
        async with storm_at(server.login_url(), server.url()) as storm:
            await rage(storm, crash(storm, server.url()), crashes=2)


async def crash(storm: Storm, owner_url: str) -> None:
    for _ in range(2):
        await asyncio.sleep(SECONDS / 3)
        while not await crashed(owner_url):
            await asyncio.sleep(0.05)
        while (connection := await connected(owner_url)) is None:  # it recovers
            await asyncio.sleep(0.05)
        await connection.close()
        storm.seen["crashes"] += 1


async def crashed(owner_url: str) -> bool:
    """False where nobody is connected whose death would bring it down."""
    connection = await connected(owner_url)
    if connection is None:
        return False
    try:
        victim = await connection.fetchval(VICTIM)
        if victim is None or not is_alive(victim):
            return False
        os.kill(victim, signal.SIGKILL)
        with suppress(*GONE):
            while True:  # until it takes this connection down, too
                await connection.execute("SELECT")
                await asyncio.sleep(0.01)
    finally:
        connection.terminate()
    return True


async def connected(owner_url: str) -> asyncpg.Connection | None:
    try:
        return await asyncpg.connect(owner_url)
    except GONE:
        return None
