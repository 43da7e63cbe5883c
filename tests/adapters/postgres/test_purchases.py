"""Purchases on PostgreSQL, with the provider's own storage: a crowd, lost calls, late money."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from application.assembly import Rules, assemble_jobs
from application.messages import Context
from application.order.cancel_order import CancelOrder
from application.order.pay_order import PayOrder
from application.payment.providers import Providers
from application.payment.receive_webhook import ReceiveWebhook
from infrastructure.postgres.audit import audit
from infrastructure.simulated.faults import Action, Fault
from infrastructure.simulated.intent import METHODS
from infrastructure.simulated.ledger import Totals
from infrastructure.simulated.payments import SimulatedPayments
from infrastructure.simulated.postgres import PostgresStorage
from infrastructure.simulated.provider import SimulatedProvider
from infrastructure.simulated.signature import HEADER, sign
from infrastructure.simulated.storage import Outcome
from shared.errors import AppError
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.contracts.world import Caller, Sale, World, crowd, kind, new_key, refusals

SECRET = b"a secret the provider and the shop share"
STEP = timedelta(seconds=20)
UNFINISHED = """
    SELECT 'order', id::text FROM orders WHERE state IN ('PENDING_PAYMENT', 'COMMITTING')
    UNION ALL SELECT 'payment', id::text FROM payments
        WHERE due_at IS NOT NULL OR state NOT IN ('CAPTURED', 'CANCELLED', 'FAILED')
    UNION ALL SELECT 'event', event_id FROM provider_events WHERE processed_at IS NULL
    UNION ALL SELECT 'refund', id::text FROM refunds WHERE state <> 'SUCCEEDED'
"""
PAID = "SELECT coalesce(sum(total), 0)::bigint AS paid FROM orders WHERE state = 'CONFIRMED'"


class Weather:
    """Every fifth call of the provider gets lost, or its answer does."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def __call__(self, action: Action) -> Fault | None:
        if self._chance.random() < 0.8:
            return None
        return self._chance.choice([Fault.REQUEST_LOST, Fault.ANSWER_LOST])


class Shop(World):
    def __init__(self, harness: PostgresHarness, storage: PostgresStorage, *, late: float) -> None:
        self.ahead = timedelta()
        self.storage = storage
        self.provider = SimulatedProvider(
            storage,
            public_url="http://shop.test",
            late=timedelta(seconds=late),
            clock=self.clock,
            faults=Weather(1),
        )
        payments = SimulatedPayments(self.provider, secret=SECRET, clock=self.clock)
        super().__init__(harness, providers=Providers([payments], "simulated"))
        self.owner = harness.owner
        self.jobs = assemble_jobs(self.ports, Rules())

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def pay(
        self,
        buyer: Caller,
        sale: Sale,
        method: str,
        *,
        then_cancel: bool,
        came: asyncio.Barrier | None = None,
    ) -> None:
        """Nothing is given back before everybody `came`: that is what is sold out to the others."""
        try:
            hold = await self.hold(buyer, sale, {"Standing": 2, "Seated": 1})
            order = await self.order(buyer, hold.id)
        finally:
            if came is not None:
                await came.wait()
        command = PayOrder(order_id=order.id, provider=None, method=method)
        view = await self.application.orders.pay(command, buyer.ctx(new_key()))
        if view.redirect_url is not None:
            token = view.redirect_url.rsplit("=", 1)[1]
            reference = view.redirect_url.rsplit("/", 1)[1].split("?")[0]
            await self.provider.decide(reference, token, approve=True)
        if then_cancel:
            cancel = CancelOrder(order_id=order.id)
            await self.application.orders.cancel(cancel, buyer.ctx(new_key()))

    async def work(self) -> None:
        await self.provider.tick()
        sent = await self.storage.due(at=self.clock(), lease_until=self.clock(), limit=1000)
        for each in reversed(sent):
            headers = {HEADER: sign(SECRET, each.body, at=self.clock())}
            command = ReceiveWebhook(provider="simulated", body=each.body, headers=headers)
            for _ in range(2):
                await self.application.webhooks.receive(command, Context(request_id="webhook"))
        await self.storage.settle(
            [Outcome(event_id=each.event_id, acknowledged=True, due_at=None) for each in sent]
        )
        for job in self.jobs:
            await job.run()

    async def pass_time(self, by: timedelta) -> None:
        self.ahead += by
        await self.harness.pass_time(by)

    async def discrepancies(self) -> set[str]:
        async with self.owner.connection() as connection:
            return {each.invariant for each in await audit(connection)}

    async def settle(self) -> None:
        for _ in range(120):
            await crowd([self.work(), self.work()])  # two workers
            if not await self.owner.fetch(UNFINISHED):
                return
            await self.pass_time(STEP)
        raise AssertionError(await self.owner.fetch(UNFINISHED))


class TestPurchases(OnPostgres):
    @pytest.fixture
    async def storage(self, contract_url: str) -> AsyncIterator[PostgresStorage]:
        async with PostgresStorage(contract_url) as storage:
            yield storage

    @pytest.mark.parametrize("late", [1, 2000])
    async def test_a_crowd_with_every_method(
        self, harness: PostgresHarness, storage: PostgresStorage, late: float
    ) -> None:
        await harness.owner.fetch(
            "TRUNCATE simulator.intents, simulator.operations, simulator.ledger,"
            " simulator.deliveries"
        )
        deadlocks = await harness.deadlocks()
        shop = Shop(harness, storage, late=late)
        sale = await shop.sale(kind("Standing", 40, price=1250), kind("Seated", 20, price=2000))
        buyers = await shop.users(24)
        methods = list(METHODS) * 3
        came = asyncio.Barrier(len(buyers))
        outcomes = await crowd(
            shop.pay(buyer, sale, method, then_cancel=place % 5 == 0, came=came)
            for place, (buyer, method) in enumerate(zip(buyers, methods, strict=True))
        )
        assert refusals(outcomes).count("SOLD_OUT") == 4
        # The harness moves deadlines, not the times of facts: I5 is checked while they agree.
        assert await shop.discrepancies() == set()
        if late > 1:
            # The orders of late money lapse, and their stock is sold to others meanwhile.
            while await shop.owner.fetch("SELECT FROM orders WHERE state = 'PENDING_PAYMENT'"):
                await shop.work()
                await shop.pass_time(STEP)
            more = await crowd(
                shop.pay(buyer, sale, "succeed", then_cancel=False) for buyer in buyers[:6]
            )
            assert not [each for each in more if isinstance(each, AppError)]
        await shop.settle()
        assert shop.observer.bugs == []
        assert await harness.deadlocks() == deadlocks
        assert await shop.discrepancies() - {"I5"} == set()
        (paid,) = await shop.owner.fetch(PAID)
        totals = (await shop.provider.totals()).get("EUR", Totals())
        assert paid["paid"] > 0
        assert (totals.promised, totals.kept) == (0, paid["paid"])
