"""The page docs/benchmarks.md."""

from collections.abc import Iterable, Sequence

from bench.figures import Result
from bench.model import Cell, Findings, Row
from bench.plan import Plan
from bench.report.table import figure, shown
from bench.servers.ours import COUNTED

_HEAD = """\
# Benchmarks

Written by `{command}`; nothing here is typed in by hand. Trust the ratios: the load, the servers
and the database share the cores of one machine, and both sides of a ratio were measured in turn in
the same run. Figures are medians of the rounds that count. A measurement during which other
programs used more than 0.2 cores is discarded and repeated; how many were is said."""

_SIDES = """\
## What stands against what

- **REST hold** is `main.py` with everything on: token, session looked up, idempotency key,
  validation, limits, facts, access log, background work; every hold is on disk before it is
  answered. Each request has a key of its own and comes from one of {buyers:,} buyers in turn, whose
  tokens were seen before.
- **Empty FastAPI POST** reads the same request into a pydantic model and answers. **Bare ASGI** is
  no framework at all. Both run on uvicorn with uvloop and httptools, without an access log.
- **pgbench** does the durable work of a hold on copies of the same tables in the same database: one
  statement takes the unit, inserts the hold, the key and the fact. It knows no row security, no
  partitions and no limits of buyers.
- **ORM** is SQLAlchemy with SELECT FOR UPDATE and flush over FastAPI (`bench/naive`).
- **Group commit alone** is our adapter without a face and without the pipeline.

Limits count as always and are not reached: {settings}."""


def page(
    rows: Sequence[Row],
    findings: Findings,
    facts: Sequence[tuple[str, str]],
    plan: Plan,
    *,
    command: str,
    plot: str | None,
) -> str:
    settings = ", ".join(f"`{name}={value}`" for name, value in COUNTED.items())
    held = [row.held for row in rows]
    parts = [
        _HEAD.format(command=command),
        _table(("", ""), facts),
        f"Plan `{plan.name}`: {plan.rounds} rounds of {plan.seconds} s for each side and load.",
        "## Goals",
        f"{held.count(True)} hold, {held.count(False)} do not, {held.count(None)} could not be"
        " measured.",
        _table(
            ("goal", "", "measured", "target", "held", "rounds", ""), [shown(row) for row in rows]
        ),
    ]
    if plot:
        parts += ["## Throughput and latency", f"![Throughput and p99 by connections]({plot})"]
    parts += [
        "## All measurements",
        "Connections are callers at a time, of pgbench its clients. Processor time is that of the"
        " server and of PostgreSQL, for each thing done.",
        _table(
            (
                *("side", "connections", "per second", "p50 ms", "p99 ms", "processor µs"),
                *("rounds", "discarded"),
            ),
            [_cell(cell, result, findings) for cell, result in findings.results.items()],
        ),
        _SIDES.format(buyers=plan.buyers, settings=settings),
        "## Conservation",
        "After every measurement the units that were taken are compared with the holds that were"
        " acknowledged; after every stage everything is audited in one snapshot.",
        "\n".join(f"- {check}" for check in findings.checks),
    ]
    if findings.missing:
        parts += [
            "## Not measured",
            "\n".join(f"- {name}: {why}" for name, why in findings.missing.items()),
        ]
    return "\n\n".join(parts) + "\n"


def _cell(cell: Cell, result: Result, findings: Findings) -> tuple[str, ...]:
    middle = result.middle
    return (
        findings.titles[cell.side],
        str(cell.connections),
        figure(middle.rate),
        *("—" if value is None else figure(value) for value in (middle.p50, middle.p99)),
        "—" if middle.cpu_us is None else figure(middle.cpu_us),
        f"{result.rounds} (all noisy)" if result.is_noisy else str(result.rounds),
        str(result.discarded),
    )


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
