"""How values are computed from medians."""

from collections.abc import Callable, Sequence

from bench.model import Cell, Results

Value = Callable[[Results], float]


def ratio(one: Cell, other: Cell) -> Value:
    """Of two rates."""
    return lambda found: found[one].middle.rate / found[other].middle.rate


def ratio_to_best(one: Cell, others: Sequence[Cell]) -> Value:
    return lambda found: found[one].middle.rate / max(found[each].middle.rate for each in others)


def rate(cell: Cell) -> Value:
    return lambda found: found[cell].middle.rate


def p50(cell: Cell) -> Value:
    return lambda found: known(found[cell].middle.p50)


def p50_ratio(one: Cell, other: Cell) -> Value:
    return lambda found: known(found[one].middle.p50) / known(found[other].middle.p50)


def p99_ratio(one: Cell, other: Cell) -> Value:
    return lambda found: known(found[one].middle.p99) / known(found[other].middle.p99)


def tail(cell: Cell) -> Value:
    """How many times the median the slowest hundredth takes."""
    return lambda found: known(found[cell].middle.p99) / known(found[cell].middle.p50)


def cpu(cell: Cell) -> Value:
    return lambda found: known(found[cell].middle.cpu_us)


def known(value: float | None) -> float:
    if value is None:
        raise ValueError("this side does not measure that")
    return value
