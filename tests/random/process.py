"""A process of the shop: it may die at any commit and any call of the provider, and then everything
that it was doing dies with it."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from application.assembly import Rules, assemble, assemble_jobs
from application.messages import Context
from application.payment.providers import Providers
from application.ports.identity import Ids
from application.ports.payments import Asked, Charge, Payments
from application.ports.unit_of_work import UnitOfWork
from domain.hold.hoarding import HoardingLimits
from domain.hold.hold import HoldTerms
from domain.order.payment import Observation
from domain.order.refund import RefundSeen
from infrastructure.memory.database import MemoryDatabase
from infrastructure.memory.log import MemoryFactLog
from infrastructure.memory.standings import MemoryStandings
from infrastructure.memory.throttle import MemoryAttemptThrottle
from infrastructure.memory.unit_of_work import MemoryUnitOfWork
from infrastructure.offline.payments import OfflinePayments
from shared.ids import RefundId
from shared.money import Money
from tests.adapters.memory.harness import MemoryHarness
from tests.application.payment.dying import Death, Life, MortalPayments, MortalUnitOfWork
from tests.contracts.world import World

_MANY = HoardingLimits(
    units=100_000, cooling=timedelta(hours=1), holds=100_000, window=timedelta(minutes=10)
)
RULES = Rules(
    hold_terms=HoldTerms(ttl=timedelta(seconds=60), longest=timedelta(seconds=300)),
    payment_extension=timedelta(seconds=120),
    hoarding=_MANY,
    hoarding_unverified=_MANY,
)


class OneLife(Life):
    """Nobody survives its end: whoever comes to a step later dies there."""

    def _count(self) -> None:
        self.steps += 1
        if self.is_over:
            raise Death(f"at step {self.steps}")


class SlowPayments(MortalPayments):
    """Calls are on their way for some time, there and back."""

    def __init__(self, payments: Payments, life: Life, chance: random.Random) -> None:
        super().__init__(payments, life)
        self._chance = chance

    async def _travel(self) -> None:
        await asyncio.sleep(self._chance.random() ** 4 * 4)

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        await self._travel()
        seen = await super().authorize(charge, key=key)
        await self._travel()
        return seen

    async def find(self, asked: Asked) -> Observation | None:
        seen = await super().find(asked)
        await self._travel()
        return seen

    async def capture(self, asked: Asked, *, amount: Money, key: str) -> Observation:
        await self._travel()
        return await super().capture(asked, amount=amount, key=key)

    async def cancel(self, asked: Asked, *, key: str) -> Observation:
        await self._travel()
        seen = await super().cancel(asked, key=key)
        await self._travel()
        return seen

    async def refund(
        self, asked: Asked, *, refund_id: RefundId, amount: Money, key: str
    ) -> RefundSeen:
        await self._travel()
        seen = await super().refund(asked, refund_id=refund_id, amount=amount, key=key)
        await self._travel()
        return seen


class _Connected(MemoryHarness):
    """To the database that all processes share; units of work take a moment to begin."""

    def __init__(self, database: MemoryDatabase, life: Life, chance: random.Random) -> None:
        self.database = database
        self.begin = self._begin
        self.store = database.store
        self.standings = MemoryStandings(database)
        self.throttle = MemoryAttemptThrottle(database.clock)
        self.log = MemoryFactLog(database)
        self._life = life
        self._chance = chance

    @asynccontextmanager
    async def _begin(self, ctx: Context) -> AsyncIterator[UnitOfWork]:
        if self._chance.random() < 0.2:
            await asyncio.sleep(self._chance.random() * 0.1)
        async with self.database.begin(ctx) as work:
            assert isinstance(work, MemoryUnitOfWork)
            yield MortalUnitOfWork(work, self._life)


class Process(World):
    """`last` is the step it dies at, None for never."""

    def __init__(
        self,
        database: MemoryDatabase,
        payments: Iterable[Payments],
        ids: Ids,
        chance: random.Random,
        *,
        last: int | None,
    ) -> None:
        self.life = OneLife()
        self.life.begin(last)
        slow = [SlowPayments(each, self.life, chance) for each in payments]
        providers = Providers([*slow, OfflinePayments(live=True)], "simulated")
        super().__init__(_Connected(database, self.life, chance), RULES, providers)
        self.ports = replace(self.ports, ids=ids)
        self.application = assemble(self.ports, RULES)
        self.jobs = assemble_jobs(self.ports, RULES)

    @property
    def is_dead(self) -> bool:
        return self.life.is_over
