"""The one statement that writes a group."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from uuid import UUID

from domain.stock import Stock
from infrastructure.postgres.group.parts import ALL, OUTBOX, STOCK
from infrastructure.postgres.group.rows import Row
from infrastructure.postgres.group.unit import Unit
from shared.ids import PoolId


def statement(
    units: Sequence[Unit], before: Mapping[PoolId, Stock], after: Mapping[PoolId, Stock]
) -> tuple[str, list[object], list[int], UUID | None]:
    """The SQL, its arguments, how many rows each of its parts must write, and the id of a row of
    the outbox, if it writes any: where that is, all of it was committed.

    The statement answers the numbers it wrote, in the same order, as one row.
    """
    moved: list[Row] = [
        (pool_id, stock.held, stock.sold)
        for pool_id, stock in after.items()
        if stock != before[pool_id]
    ]
    used: list[int] = []
    args: list[object] = []
    counts: list[int] = []
    trace: UUID | None = None
    for nr, part in enumerate(ALL):
        rows = moved if part is STOCK else list(part.rows(units))
        if rows:
            used.append(nr)
            args.extend(part.arguments(rows))
            counts.append(len(rows))
            if part is OUTBOX and isinstance(rows[0][0], UUID):
                trace = rows[0][0]
    return _text(tuple(used)), args, counts, trace


@lru_cache(maxsize=256)
def _text(used: tuple[int, ...]) -> str:
    parts, first = [], 1
    for nr in used:
        part = ALL[nr]
        parts.append(f"p{nr} AS ({part.text(first)} RETURNING 1)")
        first += len(part.columns)
    counts = ", ".join(f"(SELECT count(*) FROM p{nr})" for nr in used)  # nosec B608: numbers only
    return f"WITH {', '.join(parts)} SELECT {counts}"  # nosec B608: constants only
