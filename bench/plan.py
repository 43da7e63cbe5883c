"""How long and how often a run measures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`rounds` that count, and at most `extra` further ones in place of noisy ones; times in
    seconds. `grown` are the numbers of holds that are there already, the smallest first; `clients`
    those of pgbench, of which the best counts; `with_extras` whether sides are measured that no
    goal needs; `slow_rounds` how often what takes long is measured."""

    name: str
    rounds: int
    extra: int
    seconds: int
    warm_seconds: int
    longest_warming: int
    buyers: int
    connections: tuple[int, ...]
    grown: tuple[int, ...]
    swept: int
    paid: int
    clients: tuple[int, ...]
    with_extras: bool
    slow_rounds: int


FULL = Plan(
    name="full",
    rounds=5,
    extra=3,
    seconds=2,
    warm_seconds=2,
    longest_warming=20,
    buyers=20_000,
    connections=(1, 64, 256),
    grown=(10_000, 1_000_000, 3_000_000),
    swept=60_000,
    paid=400,
    clients=(1, 8, 32),
    with_extras=True,
    slow_rounds=5,
)

QUICK = Plan(
    name="quick",
    rounds=3,
    extra=0,
    seconds=1,
    warm_seconds=1,
    longest_warming=8,
    buyers=2_000,
    connections=(64,),
    grown=(10_000, 50_000),
    swept=5_000,
    paid=100,
    clients=(1, 8),
    with_extras=False,
    slow_rounds=1,
)
