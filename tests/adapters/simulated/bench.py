"""The simulated provider under test, over either storage."""

import random
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from domain.order.payment import Observation
from infrastructure.simulated.faults import Faults, no_faults
from infrastructure.simulated.ledger import Totals
from infrastructure.simulated.memory import MemoryStorage
from infrastructure.simulated.payments import SimulatedPayments
from infrastructure.simulated.postgres import PostgresStorage
from infrastructure.simulated.provider import SimulatedProvider
from infrastructure.simulated.signature import HEADER, sign
from infrastructure.simulated.storage import Storage
from tests.contracts.payment_providers import Bench, Webhook

SECRET = b"a secret the provider and the shop share"
LATE = timedelta(seconds=30)


class SimulatedBench(Bench):
    promising, declined, acting = "succeed", "decline", "requires_action"
    signature_header = HEADER

    def __init__(
        self,
        storage: Storage,
        faults: Faults = no_faults,
        *,
        jitter: timedelta = timedelta(),
        seed: int = 1,
    ) -> None:
        self.storage = storage
        self.now = datetime(2030, 1, 1, tzinfo=UTC)
        self.provider = SimulatedProvider(
            storage,
            public_url="http://shop.test/",
            late=LATE,
            jitter=jitter,
            chance=random.Random(seed).random,
            clock=self.clock,
            faults=faults,
        )
        self.payments = SimulatedPayments(self.provider, secret=SECRET, clock=self.clock)

    def clock(self) -> datetime:
        return self.now

    def pass_time(self, by: timedelta) -> None:
        self.now += by

    async def decide(self, seen: Observation, *, approve: bool) -> None:
        assert seen.redirect_url is not None
        url = urlsplit(seen.redirect_url)
        assert url.path == f"/simulated/payments/{seen.reference}"
        (token,) = parse_qs(url.query)["token"]
        assert await self.provider.decide(seen.reference, token, approve=approve)

    async def approve(self, seen: Observation) -> None:
        await self.decide(seen, approve=True)

    async def webhooks(self) -> Sequence[Webhook]:
        due = await self.storage.due(at=self.now, lease_until=self.now, limit=1000)
        return [(each.body, {HEADER: sign(SECRET, each.body, at=self.now)}) for each in due]

    async def totals(self) -> Totals:
        return (await self.provider.totals()).get("EUR", Totals())

    async def taken(self) -> int:
        return (await self.totals()).kept

    async def promised(self) -> int:
        return (await self.totals()).promised


class OnMemory:
    """Binds a suite to the provider in memory."""

    @pytest.fixture
    def storage(self) -> Storage:
        return MemoryStorage()

    @pytest.fixture
    def bench(self, storage: Storage) -> SimulatedBench:
        return SimulatedBench(storage)


class OnPostgres:
    """Binds a suite to the provider on PostgreSQL: one database, emptied before each test."""

    @pytest.fixture
    async def storage(self, simulator_url: str, simulator_owner_url: str) -> AsyncIterator[Storage]:
        connection = await asyncpg.connect(simulator_owner_url)
        await connection.execute(
            "TRUNCATE simulator.intents, simulator.operations, simulator.ledger,"
            " simulator.deliveries"
        )
        await connection.close()
        async with PostgresStorage(simulator_url) as storage:
            yield storage

    @pytest.fixture
    def bench(self, storage: Storage) -> SimulatedBench:
        return SimulatedBench(storage)
