"""P8, P10, P11 and memory: gRPC, growth, and what concerns whole processes."""

from collections.abc import Sequence

from bench.goals.sale import sweep
from bench.goals.values import p50, rate, ratio
from bench.model import Cell, Claim, Goal, at_least, at_most
from bench.plan import Plan

_MANY = 64
_STARTS = (
    ("embedded, first", "first start of the embedded database", 1000),
    ("embedded, next", "next start", 50),
    ("embedded, killed", "start after a SIGKILL", 200),
    ("embedded, orphan", "end of the database after a SIGKILL of its parent", 1000),
)


def grpc(plan: Plan) -> Goal:
    cells = Cell(side="gRPC hold", connections=_MANY), Cell(side="gRPC empty", connections=_MANY)
    claim = Claim(
        title="gRPC hold ÷ empty unary call",
        cells=cells,
        target=at_least(0.8),
        value=ratio(*cells),
        note="load: our own in Python",
    )
    return Goal(
        name="P8",
        title="gRPC",
        stage="sale",
        claims=(claim,),
        extra=tuple(
            Cell(side=side, connections=connections)
            for connections in plan.connections
            for side in ("gRPC hold", "gRPC empty")
        ),
    )


def grpc_on_two(plan: Plan) -> Goal:
    two = Cell(side="gRPC hold, 2 workers", connections=_MANY)
    one = Cell(side="gRPC hold", connections=_MANY)
    claim = Claim(
        title="gRPC hold, 2 processes ÷ 1",
        cells=(two, one),
        target=at_least(1.5),
        value=ratio(two, one),
        note="load and database run on the same cores",
    )
    return Goal(name="P8", title="gRPC on two processes", stage="workers", claims=(claim,))


def growth(plan: Plan) -> Goal:
    cells = [Cell(side=f"grown {count}", connections=_MANY) for count in plan.grown]
    few, many = cells[0], cells[-1]
    claim = Claim(
        title=f"REST hold with {plan.grown[-1]:,} holds there ÷ with {plan.grown[0]:,}",
        cells=(many, few),
        target=at_least(0.9),
        value=ratio(many, few),
    )
    return Goal(
        name="P10", title="Growth", stage="growth", claims=(claim,), extra=tuple(cells[1:-1])
    )


def starts(plan: Plan) -> Goal:
    return Goal(
        name="P11",
        title="The embedded database",
        stage="alone",
        claims=tuple(
            Claim(title=title, cells=(cell,), target=at_most(bound, "ms"), value=p50(cell))
            for side, title, bound in _STARTS
            for cell in (Cell(side=side),)
        ),
    )


def memory(plan: Plan) -> Goal:
    cell = Cell(side="memory", rounds=plan.slow_rounds)
    claim = Claim(
        title="memory of a process ÷ that of a bare FastAPI + asyncpg process",
        cells=(cell,),
        target=at_most(1.5),
        value=rate(cell),
    )
    return Goal(name="memory", title="Memory", stage="alone", claims=(claim,))


def rest_goals(plan: Plan) -> Sequence[Goal]:
    return (
        grpc(plan),
        grpc_on_two(plan),
        growth(plan),
        sweep(plan),
        starts(plan),
        memory(plan),
    )
