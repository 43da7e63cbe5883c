"""The counters of pools: locked in id order, decided by the domain's rule, written back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.ports.repositories import StockLedger
from domain import stock as rule
from domain.hold.hold import Hold
from domain.stock import SoldOut, Stock, StockLine
from infrastructure.postgres import availability
from infrastructure.postgres.availability import stock_of
from infrastructure.postgres.hold_rows import any_due, expire_due_of
from infrastructure.postgres.session import Session
from shared.ids import EventId, PoolId

_LOCK = """
    SELECT pool_id, event_id, capacity, held, sold FROM stock
    WHERE pool_id = ANY($1)
    ORDER BY pool_id
    FOR UPDATE
"""

LOCK_WHOLE_EVENTS = """
    SELECT pool_id, event_id, capacity, held, sold FROM stock
    WHERE event_id IN (SELECT event_id FROM stock WHERE pool_id = ANY($1))
    ORDER BY pool_id
    FOR UPDATE
"""

_WRITE = """
    UPDATE stock SET held = moved.held, sold = moved.sold
    FROM unnest($1::uuid[], $2::int[], $3::int[]) AS moved (pool_id, held, sold)
    WHERE stock.pool_id = moved.pool_id
"""


class Shortage(Exception):
    """Not enough is left, but holds that are due draw on these pools and may free some.

    They may draw on other pools too, whose rows would have to be locked out of order: whoever
    catches this lets go of every lock, begins again and moves with `sweep`.
    """


class CombinedStock(Protocol):
    """Reads of many callers as one."""

    async def stock(self, event_id: EventId) -> tuple[Sequence[Stock], datetime]: ...


class PostgresStockLedger(StockLedger):
    def __init__(self, session: Session, combined: CombinedStock | None = None) -> None:
        self._session = session
        self._combined = combined
        self.taken: list[StockLine] = []
        self.returned: list[StockLine] = []
        self.sold: list[StockLine] = []
        self.unsold: list[StockLine] = []
        self._before: dict[PoolId, Stock] = {}
        self._events: list[UUID] = []

    async def of_event(self, event_id: EventId) -> tuple[Sequence[Stock], datetime]:
        if self._combined is not None and not self._session.begun:
            await self._session.touch()
            return await self._combined.stock(event_id)
        return (await availability.read(self._session, [event_id]))[event_id]

    def take(self, lines: Sequence[StockLine]) -> None:
        self.taken.extend(lines)

    def give_back(self, lines: Sequence[StockLine]) -> None:
        self.returned.extend(lines)

    def sell(self, lines: Sequence[StockLine]) -> None:
        self.sold.extend(lines)

    def unsell(self, lines: Sequence[StockLine]) -> None:
        self.unsold.extend(lines)

    def __bool__(self) -> bool:
        return bool(self.taken or self.returned or self.sold or self.unsold)

    async def lock(self, *, whole_events: bool) -> None:
        """Locks the counters to be moved; with `whole_events` all of their events'."""
        pools = pools_of([*self.taken, *self.returned, *self.sold, *self.unsold])
        if pools:
            rows = await self._session.fetch(LOCK_WHOLE_EVENTS if whole_events else _LOCK, pools)
            self._before = {PoolId(row["pool_id"]): stock_of(row) for row in rows}
            self._events = sorted({row["event_id"] for row in rows})

    async def sweep(self, *, but: Sequence[UUID]) -> list[Hold]:
        """Expires due holds that draw on the pools to take from, apart from those in `but`, which
        the unit of work decides about itself. The whole events are locked."""
        wanted = pools_of(self.taken)
        expired = await expire_due_of(self._session, self._events, wanted, but=but)
        for hold in expired:
            self.give_back(hold.lines)
        return expired

    async def move(self, *, but: Sequence[UUID], swept: bool) -> None:
        """Decides and writes the movements. Raises SoldOut; Shortage where sweeping may help."""
        after = rule.unsell(rule.give_back(self._before, self.returned), self.unsold)
        try:
            after = rule.take(after, self.taken)
        except SoldOut:
            # Asked while the rows are locked, so that nobody can sweep them between the two looks.
            wanted = pools_of(self.taken)
            if not swept and await any_due(self._session, self._events, wanted, but=but):
                raise Shortage from None
            raise
        after = rule.sell(after, self.sold)
        await write(self._session, self._before, after)


def pools_of(lines: Iterable[StockLine]) -> list[UUID]:
    return sorted({pool_id for line in lines for pool_id in line.pool_ids})


async def lock(session: Session, pools: Sequence[UUID]) -> dict[PoolId, Stock]:
    """The counters of these pools, ours until the transaction ends."""
    return {
        PoolId(row["pool_id"]): stock_of(row) for row in await session.fetch(_LOCK, sorted(pools))
    }


async def write(session: Session, before: rule.StockByPool, after: rule.StockByPool) -> None:
    """Writes the counters that moved; their rows are locked."""
    moved = [stock for pool_id, stock in after.items() if stock != before[pool_id]]
    if moved:
        await session.execute(
            _WRITE,
            [stock.pool_id for stock in moved],
            [stock.held for stock in moved],
            [stock.sold for stock in moved],
        )
