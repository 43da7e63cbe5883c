"""The simulated provider under test, over either storage."""

import random
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from application.ports.payments import Asked
from domain.order.payment import Observation
from infrastructure.simulated.faults import Faults, no_faults
from infrastructure.simulated.ledger import Totals
from infrastructure.simulated.memory import MemoryStorage
from infrastructure.simulated.payments import SimulatedPayments
from infrastructure.simulated.postgres import PostgresStorage
from infrastructure.simulated.provider import SimulatedProvider
from infrastructure.simulated.signature import HEADER, sign
from infrastructure.simulated.storage import Outcome, Storage
from tests.contracts.provider_bench import Bench, RefundCourse, Webhook

SECRET = b"a secret the provider and the shop share"
LATE = timedelta(seconds=30)


class SimulatedBench(Bench):
    declined, acting = "decline", "requires_action"
    signature_header = HEADER
    refund_courses = frozenset(RefundCourse)
    shows_disputes = keeps_missed_events = True

    def __init__(
        self,
        storage: Storage,
        faults: Faults = no_faults,
        *,
        jitter: timedelta = timedelta(),
        seed: int = 1,
    ) -> None:
        self.promising = "succeed"
        self.storage = storage
        self.moment = datetime(2030, 1, 1, tzinfo=UTC)
        self.provider = SimulatedProvider(
            storage,
            public_url="http://shop.test/",
            late=LATE,
            jitter=jitter,
            chance=random.Random(seed).random,
            clock=self.now,
            faults=faults,
        )
        self.payments = SimulatedPayments(self.provider, secret=SECRET, clock=self.now)
        self.other_mode = SimulatedPayments(
            self.provider, secret=SECRET, live=False, clock=self.now
        )

    def now(self) -> datetime:
        return self.moment

    def pass_time(self, by: timedelta) -> None:
        self.moment += by

    async def refunds_will(self, course: RefundCourse) -> None:
        await super().refunds_will(course)
        self.promising = {
            RefundCourse.AT_ONCE: "succeed",
            RefundCourse.PENDING: "refund_pending",
            RefundCourse.FAILS: "refund_fails",
            RefundCourse.COMES_BACK: "refund_comes_back",
        }[course]

    async def refunds_end(self) -> None:
        self.pass_time(LATE)

    async def dispute(self, asked: Asked) -> None:
        assert await self.provider.dispute(asked.reference or "")

    async def end_dispute(self, asked: Asked, *, won: bool) -> None:
        assert await self.provider.end_dispute(asked.reference or "", won=won)

    async def miss(self) -> int:
        due = await self.storage.due(at=self.moment, lease_until=self.moment, limit=1000)
        await self.storage.settle(
            [Outcome(event_id=each.event_id, acknowledged=False, due_at=None) for each in due]
        )
        return len(due)

    async def decide(self, seen: Observation, *, approve: bool) -> None:
        assert seen.redirect_url is not None
        url = urlsplit(seen.redirect_url)
        assert url.path == f"/simulated/payments/{seen.reference}"
        (token,) = parse_qs(url.query)["token"]
        assert await self.provider.decide(seen.reference, token, approve=approve)

    async def approve(self, seen: Observation) -> None:
        await self.decide(seen, approve=True)

    async def webhooks(self) -> Sequence[Webhook]:
        due = await self.storage.due(at=self.moment, lease_until=self.moment, limit=1000)
        return [(each.body, {HEADER: sign(SECRET, each.body, at=self.moment)}) for each in due]

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
