"""The counters of pools: movements noted in one unit of work are performed together."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from application.ports.repositories import StockLedger
from domain.hold.hoarding import HoardingLimits, check_hoarding
from domain.hold.hold import Hold
from domain.order.order import LIVE
from domain.stock import (
    SoldOut,
    Stock,
    StockLine,
    check_buyer_limit,
    give_back,
    sell,
    take,
    unsell,
)
from infrastructure.memory.holds_table import expire, hoarded
from infrastructure.memory.session import Phase, Session, Writing
from infrastructure.memory.tables import Tables
from shared.ids import EventId, HoldId, PoolId, UserId


class MemoryStock(StockLedger):
    def __init__(self, session: Session) -> None:
        self._session = session
        self._given_back: list[StockLine] = []
        self._sold: list[StockLine] = []
        self._unsold: list[StockLine] = []
        self._taken: list[tuple[StockLine, ...]] = []
        self._limits: list[tuple[Hold, int | None, HoardingLimits]] = []
        self._saved_holds: set[HoldId] = set()
        self._noted = False

    async def of_event(self, event_id: EventId) -> tuple[Sequence[Stock], datetime]:
        tables = await self._session.read()
        now, event = self._session.now(), tables.events.get(event_id)
        stock = {pool_id: tables.stock[pool_id] for pool_id in (event.pool_ids() if event else ())}
        for hold in tables.active(event_id):
            if hold.is_due(at=now):
                stock = give_back(stock, hold.lines)
        return tuple(stock.values()), now

    def take(self, lines: Sequence[StockLine]) -> None:
        self._note()
        self._taken.append(tuple(lines))

    def give_back(self, lines: Sequence[StockLine]) -> None:
        self._note()
        self._given_back.extend(lines)

    def sell(self, lines: Sequence[StockLine]) -> None:
        self._note()
        self._sold.extend(lines)

    def unsell(self, lines: Sequence[StockLine]) -> None:
        self._note()
        self._unsold.extend(lines)

    def take_for(self, hold: Hold, *, max_per_buyer: int | None, hoarding: HoardingLimits) -> None:
        """The stock of a new hold, within the buyer's limits."""
        self._limits.append((hold, max_per_buyer, hoarding))
        self.take(hold.lines)

    def leave_alone(self, hold_id: HoldId) -> None:
        """This unit of work decides about that hold itself: a sweep must not."""
        self._saved_holds.add(hold_id)

    def _note(self) -> None:
        if not self._noted:
            self._session.note(Phase.STOCK, self._perform)
            self._noted = True

    def _perform(self, writing: Writing) -> None:
        for hold, limit, hoarding in self._limits:
            so_far = hoarded(writing.tables, hold, limits=hoarding, at=writing.now)
            check_hoarding(so_far, wanted=hold.units, limits=hoarding)
            owned = _live_units(writing.tables, hold.event_id, hold.buyer_id, writing.now)
            check_buyer_limit(owned=owned, wanted=hold.units, limit=limit)
        back = [*self._given_back, *self._unsold]
        moved = [*back, *self._sold, *(line for lines in self._taken for line in lines)]
        stock = _pools(writing.tables, moved)
        stock = unsell(give_back(stock, self._given_back), self._unsold)
        for lines in self._taken:
            try:
                stock = take(stock, lines)
            except SoldOut:
                swept = self._sweep(writing, lines)
                stock = take(give_back(_pools(writing.tables, swept) | stock, swept), lines)
        stock = sell(stock, self._sold)
        for pool_id in sorted(stock):
            writing.journal.put(writing.tables.stock, pool_id, stock[pool_id])

    def _sweep(self, writing: Writing, lines: Sequence[StockLine]) -> list[StockLine]:
        """Ends the holds past their deadline that keep units of these pools; what they held."""
        wanted = {pool_id for line in lines for pool_id in line.pool_ids}
        events = {writing.tables.event_of_pool[pool_id] for pool_id in wanted}
        due = [
            hold
            for event_id in events
            for hold in writing.tables.active(event_id)
            if hold.is_due(at=writing.now)
            and hold.id not in self._saved_holds
            and any(not wanted.isdisjoint(line.pool_ids) for line in hold.lines)
        ]
        for hold in due:
            expire(writing, hold)
        return [line for hold in due for line in hold.lines]


def _pools(tables: Tables, lines: Iterable[StockLine]) -> dict[PoolId, Stock]:
    return {pool_id: tables.stock[pool_id] for line in lines for pool_id in line.pool_ids}


def _live_units(tables: Tables, event_id: EventId, buyer_id: UserId, now: datetime) -> int:
    held = sum(
        hold.units
        for hold in tables.active(event_id)
        if hold.buyer_id == buyer_id and hold.is_active(at=now)
    )
    orders = (tables.orders[each] for each in tables.orders_of_buyer.get(buyer_id, ()))
    return held + sum(
        line.quantity
        for order in orders
        if order.event_id == event_id and order.state in LIVE
        for line in order.lines
    )
