"""P1 to P7 and P9: the sale, on one worker (P1 on two as well)."""

from collections.abc import Sequence

from bench.goals.values import cpu, p50_ratio, p99_ratio, rate, ratio, ratio_to_best, tail
from bench.model import Cell, Claim, Goal, at_least, at_most
from bench.plan import Plan

_ALLOCATING = 256
_MANY = 64


def _both(side: str, other: str, connections: int) -> tuple[Cell, Cell]:
    return (
        Cell(side=side, connections=connections),
        Cell(side=other, connections=connections),
    )


def _single(plan: Plan) -> tuple[Cell, ...]:
    return tuple(Cell(side="pgbench", connections=clients) for clients in plan.clients)


def _hundred(plan: Plan) -> tuple[Cell, ...]:
    return tuple(Cell(side="pgbench, 100", connections=clients) for clients in plan.clients)


def _busy(plan: Plan) -> list[int]:
    return [connections for connections in plan.connections if connections > 1]


def against_empty(plan: Plan) -> Goal:
    return Goal(
        name="P1",
        title="REST hold against an empty FastAPI POST",
        stage="sale",
        claims=tuple(
            Claim(
                title=f"REST hold ÷ empty FastAPI POST, 1 worker, {connections} connections",
                cells=_both("hold", "empty", connections),
                target=at_least(2),
                value=ratio(*_both("hold", "empty", connections)),
            )
            for connections in _busy(plan)
        ),
        extra=tuple(
            Cell(side=side, connections=connections)
            for connections in plan.connections
            for side in (
                *("hold", "empty", "constant POST", "hold, ordinary route"),
                *("hold, no group commit", "naive"),
            )
        ),
    )


def against_empty_on_two(plan: Plan) -> Goal:
    return Goal(
        name="P1",
        title="The same with two workers",
        stage="workers",
        claims=tuple(
            Claim(
                title=f"REST hold ÷ empty FastAPI POST, 2 workers, {connections} connections",
                cells=_both("hold, 2 workers", "empty, 2 workers", connections),
                target=at_least(2),
                value=ratio(*_both("hold, 2 workers", "empty, 2 workers", connections)),
            )
            for connections in _busy(plan)
        ),
    )


def against_statements(plan: Plan) -> Goal:
    return Goal(
        name="P2",
        title="REST hold against pgbench, a statement per hold",
        stage="sale",
        claims=tuple(
            Claim(
                title=f"REST hold ÷ pgbench, a statement per hold, {connections} connections",
                cells=(cell, *_single(plan)),
                target=at_least(1.5),
                value=ratio_to_best(cell, _single(plan)),
                note=f"pgbench: best of {', '.join(map(str, plan.clients))} clients",
            )
            for connections in _busy(plan)
            for cell in (Cell(side="hold", connections=connections),)
        ),
    )


def allocator(plan: Plan) -> Goal:
    cell = Cell(side="allocator", connections=_ALLOCATING)
    return Goal(
        name="P3",
        title="Group commit alone",
        stage="sale",
        claims=(
            Claim(
                title="group commit alone ÷ pgbench, a statement per hold",
                cells=(cell, *_single(plan)),
                target=at_least(8),
                value=ratio_to_best(cell, _single(plan)),
            ),
            Claim(
                title="group commit alone ÷ pgbench, 100 holds per statement",
                cells=(cell, *_hundred(plan)),
                target=at_least(0.7),
                value=ratio_to_best(cell, _hundred(plan)),
            ),
        ),
    )


def one_type(plan: Plan) -> Goal:
    cells = _both("hold", "hold, 100 types", _MANY)
    claim = Claim(
        title="one hot ticket type ÷ 100 types",
        cells=cells,
        target=at_least(0.9),
        value=ratio(*cells),
    )
    return Goal(name="P4", title="One hot type", stage="sale", claims=(claim,))


def latency(plan: Plan) -> Goal:
    alone = (Cell(side="hold", connections=1), Cell(side="pgbench", connections=1))
    tails = tuple(
        Claim(
            title=f"p99 ÷ p50 of REST holds, {connections} connections",
            cells=(cell,),
            target=at_most(3),
            value=tail(cell),
        )
        for connections in _busy(plan)
        for cell in (Cell(side="hold", connections=connections),)
    )
    lone = Claim(
        title="p50 of a lone caller ÷ that of a pgbench statement",
        cells=alone,
        target=at_most(1.5),
        value=p50_ratio(*alone),
    )
    return Goal(name="P5", title="Latency", stage="sale", claims=(*tails, lone))


def processor(plan: Plan) -> Goal:
    cell = Cell(side="hold", connections=_MANY)
    claim = Claim(
        title="processor time of server and database for a REST hold",
        cells=(cell,),
        target=at_most(150, "µs"),
        value=cpu(cell),
    )
    return Goal(name="P6", title="Processor time", stage="sale", claims=(claim,))


def purchases(plan: Plan) -> Goal:
    cell, yardstick = Cell(side="purchase", connections=32), Cell(side="pgbench", connections=8)
    return Goal(
        name="P7",
        title="Full purchase",
        stage="sale",
        claims=(
            Claim(
                title="full purchase ÷ pgbench, a statement per hold, 8 clients",
                cells=(cell, yardstick),
                target=at_least(0.12),
                value=ratio(cell, yardstick),
                note="hold, order, simulated payment, order, tickets; load: our own in Python",
            ),
        ),
        extra=(Cell(side="confirm", connections=32),),
    )


def availability(plan: Plan) -> Goal:
    def claim(side: str, title: str) -> Claim:
        cells = _both(side, "constant GET", _MANY)
        return Claim(
            title=f"availability, {title} ÷ bare ASGI route answering a constant",
            cells=cells,
            target=at_least(0.8),
            value=ratio(*cells),
        )

    return Goal(
        name="P9",
        title="Availability",
        stage="sale",
        claims=(
            claim("availability", "exact"),
            claim("availability, max_age", "at most 1 s old"),
        ),
        extra=tuple(
            Cell(side=side, connections=connections)
            for connections in plan.connections
            for side in ("availability", "availability, max_age", "constant GET")
        ),
    )


def fairness(plan: Plan) -> Goal:
    cells = _both("beside one hot event", "beside many events", _MANY)
    claim = Claim(
        title="p99 of a quiet event beside one hot event ÷ beside many",
        cells=cells,
        target=at_most(1.2),
        value=p99_ratio(*cells),
    )
    return Goal(name="fairness", title="One hot event", stage="sale", claims=(claim,))


def sweep(plan: Plan) -> Goal:
    cell = Cell(side="sweep")
    claim = Claim(
        title="expired holds swept", cells=(cell,), target=at_least(30_000, "/s"), value=rate(cell)
    )
    return Goal(name="P10", title="Sweep", stage="alone", claims=(claim,))


def sale_goals(plan: Plan) -> Sequence[Goal]:
    return (
        against_empty(plan),
        against_empty_on_two(plan),
        against_statements(plan),
        allocator(plan),
        one_type(plan),
        latency(plan),
        processor(plan),
        purchases(plan),
        availability(plan),
        fairness(plan),
    )
