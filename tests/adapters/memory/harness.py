"""The memory adapter under test."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from application.ports.unit_of_work import Begin
from domain.order.order import OrderState
from domain.stock import StockLine
from infrastructure.memory.clock import MemoryClock
from infrastructure.memory.database import MemoryDatabase
from infrastructure.memory.log import MemoryFactLog
from infrastructure.memory.standings import MemoryStandings
from infrastructure.memory.throttle import MemoryAttemptThrottle
from shared.ids import EventId, PoolId
from tests.contracts.harness import Books, Entry, Harness


class StillClock(MemoryClock):
    """Begins now; from then on the test alone lets time pass, however long its process is kept
    from running. Every reading is later than the one before, by a microsecond."""

    def __init__(self) -> None:
        super().__init__()
        self._last = datetime.now(UTC)

    def now(self) -> datetime:
        self._last += timedelta(microseconds=1)
        return self._last

    def advance(self, by: timedelta) -> None:
        self._last += by


class MemoryHarness(Harness):
    connections = 10

    def __init__(self, clock: MemoryClock | None = None) -> None:
        self.database = MemoryDatabase(clock, key_wait=timedelta(seconds=60))
        self.begin = self.database.begin
        self.store = self.database.store
        self.standings = MemoryStandings(self.database)
        self.throttle = MemoryAttemptThrottle(self.database.clock)
        self.log = MemoryFactLog(self.database)

    def impatient(self) -> Begin:
        """The keys are shared, and so is the patience: from now on it is everybody's."""
        self.database._claims._wait = timedelta(milliseconds=10)
        return self.begin

    async def pass_time(self, by: timedelta) -> None:
        self.database.clock.advance(by)

    async def outbox(self) -> Sequence[Entry]:
        return [
            Entry(
                fact=type(row.fact).__name__,
                aggregate_id=row.aggregate_id,
                request_id=row.request_id,
                actor=row.actor,
            )
            for row in self.database.tables.outbox
        ]

    async def books(self, event_id: EventId) -> Mapping[PoolId, Books]:
        tables = self.database.tables
        event = tables.events[event_id]
        held: list[StockLine] = [
            line
            for hold in tables.holds.values()
            if hold.event_id == event_id and hold.state.name == "ACTIVE"
            for line in hold.lines
        ]
        held += [
            line
            for order in tables.orders.values()
            if order.event_id == event_id and order.state is OrderState.COMMITTING
            for line in order.lines
        ]
        pools = {kind.id: kind.pool_ids for kind in event.ticket_types}
        sold = [
            pool_id
            for ticket in tables.tickets.values()
            if ticket.event_id == event_id and ticket.is_sold
            for pool_id in pools[ticket.ticket_type_id]
        ]
        return {
            pool.id: Books(
                capacity=tables.stock[pool.id].capacity,
                held=tables.stock[pool.id].held,
                sold=tables.stock[pool.id].sold,
                held_truth=sum(line.quantity for line in held if pool.id in line.pool_ids),
                sold_truth=sold.count(pool.id),
            )
            for pool in event.pools
        }

    async def a_moment(self) -> None:
        await asyncio.sleep(0)

    async def settled(self) -> None:
        """Nothing happens beside its caller."""

    async def deadlocks(self) -> int:
        return 0  # commits never wait for each other here

    async def check_idle(self) -> None:
        assert self.database.claimed == 0 and not self.database.has_turn


class OnMemory:
    """Binds a suite to the memory adapter."""

    @pytest.fixture
    def harness(self) -> MemoryHarness:
        return MemoryHarness()
