"""The stock rule: how many units of a pool are held, sold and left, and who gets the next.

This is the reference every adapter answers to, whether it decides in Python or in SQL.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.errors import AppError, Code, Violation
from shared.ids import PoolId, TicketTypeId


class SoldOut(AppError):
    """Names every line that could not be had; the other lines could have been."""

    code, reason = Code.FAILED_PRECONDITION, "SOLD_OUT"
    title = "Not enough tickets are left."


class LimitReached(AppError):
    """A limit per order or per buyer; names the lines beyond it."""

    code, reason = Code.FAILED_PRECONDITION, "LIMIT_REACHED"
    title = "This is more than one buyer or one order may have."


MOST_UNITS_PER_ORDER = 1_000
"""Units one hold, and so one order, may take over all its lines.

Its tickets are made in one transaction and read as one list, and its total stays an integer that
every JSON reader knows exactly (below 2**53)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The counters of one pool, in units: `held + sold <= capacity`, none below zero."""

    pool_id: PoolId
    capacity: int
    held: int = 0
    sold: int = 0

    def __post_init__(self) -> None:
        if self.held < 0 or self.sold < 0 or self.held + self.sold > self.capacity:
            raise RuntimeError(f"stock of pool {self.pool_id} would be inconsistent: {self}")

    @property
    def available(self) -> int:
        return self.capacity - self.held - self.sold

    def take(self, quantity: int) -> "Stock":
        return replace(self, held=self.held + quantity)

    def give_back(self, quantity: int) -> "Stock":
        return replace(self, held=self.held - quantity)

    def sell(self, quantity: int) -> "Stock":
        return replace(self, held=self.held - quantity, sold=self.sold + quantity)

    def unsell(self, quantity: int) -> "Stock":
        return replace(self, sold=self.sold - quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """Units of one ticket type, and every pool they are drawn from."""

    ticket_type_id: TicketTypeId
    quantity: int
    pool_ids: tuple[PoolId, ...]


StockByPool = Mapping[PoolId, Stock]


def take(stock: StockByPool, lines: Sequence[StockLine]) -> dict[PoolId, Stock]:
    """All lines or none. Raises SoldOut naming each line that does not fit after those before."""
    after = dict(stock)
    refused: list[tuple[int, StockLine, int]] = []
    for position, line in enumerate(lines):
        left = min(after[pool_id].available for pool_id in line.pool_ids)
        if line.quantity > left:
            refused.append((position, line, left))
            continue
        for pool_id in line.pool_ids:
            after[pool_id] = after[pool_id].take(line.quantity)
    if refused:
        raise SoldOut(
            violations=[
                Violation(("lines", position), f"asks for {line.quantity}, {left} left")
                for position, line, left in refused
            ],
            metadata={
                "ticket_type_ids": ",".join(str(line.ticket_type_id) for _, line, _ in refused)
            },
        )
    return after


def give_back(stock: StockByPool, lines: Iterable[StockLine]) -> dict[PoolId, Stock]:
    """Held units become available again."""
    after = dict(stock)
    for line in lines:
        for pool_id in line.pool_ids:
            after[pool_id] = after[pool_id].give_back(line.quantity)
    return after


def sell(stock: StockByPool, lines: Iterable[StockLine]) -> dict[PoolId, Stock]:
    """Held units become sold ones."""
    after = dict(stock)
    for line in lines:
        for pool_id in line.pool_ids:
            after[pool_id] = after[pool_id].sell(line.quantity)
    return after


def check_buyer_limit(*, owned: int, wanted: int, limit: int | None) -> None:
    """Live units of one buyer at one event, held and bought. Raises LimitReached."""
    if limit is not None and owned + wanted > limit:
        raise LimitReached(
            violations=[
                Violation(("lines",), f"asks for {wanted}, {max(0, limit - owned)} allowed")
            ],
            metadata={"limit": "max_per_buyer"},
        )


def unsell(stock: StockByPool, lines: Iterable[StockLine]) -> dict[PoolId, Stock]:
    """Sold units become available again."""
    after = dict(stock)
    for line in lines:
        for pool_id in line.pool_ids:
            after[pool_id] = after[pool_id].unsell(line.quantity)
    return after
