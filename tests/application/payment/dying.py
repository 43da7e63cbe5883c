"""A process that dies: at a chosen step outside of it, before or after the step's effect."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from application.messages import Context
from application.ports.inbox import ProviderEvent
from application.ports.payments import (
    Acknowledgement,
    Asked,
    Charge,
    DisputeSeen,
    Movement,
    Payments,
)
from application.ports.unit_of_work import UnitOfWork
from domain.order.payment import Observation
from domain.order.refund import RefundSeen
from infrastructure.memory.unit_of_work import MemoryUnitOfWork
from shared.ids import RefundId
from shared.money import Money
from tests.adapters.memory.harness import MemoryHarness, StillClock

T = TypeVar("T")
R = TypeVar("R")


class Death(BaseException):
    """Nobody catches it: whoever was running is gone."""


class Life:
    """Counts the places between steps (commits, and calls of the provider) and ends at one."""

    def __init__(self) -> None:
        self.steps = 0
        self._last: int | None = None

    def begin(self, last: int | None) -> None:
        """From now on, to the end at the place `last`, counted from 1; None: it goes on."""
        self.steps, self._last = 0, last

    @property
    def is_over(self) -> bool:
        return self._last is not None and self.steps >= self._last

    async def live(self, step: Coroutine[None, None, T]) -> T:
        """Two places to die at: before the step and after it."""
        try:
            self._count()
        except Death:
            step.close()
            raise
        outcome = await step
        self._count()
        return outcome

    def _count(self) -> None:
        self.steps += 1
        if self.steps == self._last:
            raise Death(f"at step {self.steps}")


class MortalUnitOfWork(MemoryUnitOfWork):
    def __init__(self, work: MemoryUnitOfWork, life: Life) -> None:
        super().__init__(work._session)
        self._life = life

    async def commit(self, answer: R, *, final: bool = True) -> R:
        return await self._life.live(super().commit(answer, final=final))


class MortalHarness(MemoryHarness):
    """The memory adapter, whose commits may be the last thing that happens, and between whose
    units of work others may do something. How many steps there are depends on the clock, so it
    stands still."""

    def __init__(self, life: Life) -> None:
        super().__init__(StillClock())
        self.life = life
        self.begin = self._begin
        self.begun = 0
        self._others: tuple[int, Callable[[], Awaitable[None]]] | None = None

    def interrupt(self, at: int, others: Callable[[], Awaitable[None]]) -> None:
        """Before the unit of work `at`, counted from 1 from now on, others do that."""
        self.begun, self._others = 0, (at, others)

    @property
    def was_interrupted(self) -> bool:
        return self._others is None

    @asynccontextmanager
    async def _begin(self, ctx: Context) -> AsyncIterator[UnitOfWork]:
        self.begun += 1
        if self._others is not None and self._others[0] == self.begun:
            others, self._others = self._others[1], None
            await others()
        async with self.database.begin(ctx) as work:
            assert isinstance(work, MemoryUnitOfWork)
            yield MortalUnitOfWork(work, self.life)


class MortalPayments(Payments):
    """Hands every call on, unless we die over it."""

    def __init__(self, payments: Payments, life: Life) -> None:
        self._payments = payments
        self._life = life

    @property
    def name(self) -> str:
        return self._payments.name

    @property
    def live(self) -> bool:
        return self._payments.live

    @property
    def account(self) -> str:
        return self._payments.account

    @property
    def methods(self) -> frozenset[str]:
        return self._payments.methods

    @property
    def default_method(self) -> str:
        return self._payments.default_method

    @property
    def keys_last(self) -> timedelta:
        return self._payments.keys_last

    @property
    def acknowledgement(self) -> Acknowledgement:
        return self._payments.acknowledgement

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        return await self._life.live(self._payments.authorize(charge, key=key))

    async def find(self, asked: Asked) -> Observation | None:
        return await self._life.live(self._payments.find(asked))

    async def capture(self, asked: Asked, *, amount: Money, key: str) -> Observation:
        return await self._life.live(self._payments.capture(asked, amount=amount, key=key))

    async def cancel(self, asked: Asked, *, key: str) -> Observation:
        return await self._life.live(self._payments.cancel(asked, key=key))

    async def refund(
        self, asked: Asked, *, refund_id: RefundId, amount: Money, key: str
    ) -> RefundSeen:
        return await self._life.live(
            self._payments.refund(asked, refund_id=refund_id, amount=amount, key=key)
        )

    async def find_refund(
        self, asked: Asked, *, refund_id: RefundId, reference: str | None
    ) -> RefundSeen | None:
        return await self._life.live(
            self._payments.find_refund(asked, refund_id=refund_id, reference=reference)
        )

    async def disputes(self, asked: Asked) -> Sequence[DisputeSeen]:
        return await self._payments.disputes(asked)

    async def missed_events(self, *, since: datetime) -> Sequence[ProviderEvent]:
        return await self._payments.missed_events(since=since)

    async def movements(self, *, since: datetime, until: datetime) -> Sequence[Movement] | None:
        return await self._payments.movements(since=since, until=until)

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        return self._payments.verify(body, headers)
