"""`make bench`: measures, judges, writes the report. Ends with 1 when a unit is missing."""

import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Sample
from bench.goals.all import goals
from bench.load.run import generator
from bench.machine import machine
from bench.model import Broken, Findings, Row, judge
from bench.options import Options, parse
from bench.report.json_file import as_json
from bench.report.page import page
from bench.report.plot import plot
from bench.report.table import table
from bench.stages import run_stages
from bench.world.cluster import TEMPLATE, cluster
from bench.world.sale import open_sale


def main() -> int:
    options = parse()
    folder = Path(tempfile.mkdtemp(prefix="holdfast-bench-"))
    folder.chmod(0o755)  # root's embedded server runs as another user
    try:
        asyncio.run(_bench(options, folder))
    except Broken as broken:
        print(f"The run is worth nothing: {broken}", file=sys.stderr)
        print(f"What the servers said is in {folder}", file=sys.stderr)
        return 1
    except ValueError as error:
        print(error, file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        return 2
    shutil.rmtree(folder, ignore_errors=True)
    return 0


async def _bench(options: Options, folder: Path) -> None:
    wanted, plan, started = goals(options.plan, options.goals), options.plan, time.monotonic()
    chosen = generator()
    facts = machine(folder, chosen.name)
    for name, text in facts:
        say(f"{name}: {text}")
    async with cluster(folder) as own:
        sale = await open_sale(own.url(TEMPLATE), plan.buyers)
        findings = await run_stages(wanted, own, sale, plan, chosen, say)
    rows = [row for goal in wanted for row in judge(goal, findings)]
    took = time.monotonic() - started
    facts.append(("took", f"{took / 60:.1f} minutes"))
    print(table(rows))
    _write(options, rows, findings, facts)
    say(f"The report is in {options.folder}; the run took {took:.0f} s")


def _write(
    options: Options, rows: list[Row], findings: Findings, facts: list[tuple[str, str]]
) -> None:
    options.folder.mkdir(parents=True, exist_ok=True)
    curves = _curves(findings)
    name = "benchmarks.svg" if curves else None
    if name:
        (options.folder / name).write_text(plot(curves))
    (options.folder / "benchmarks.json").write_text(as_json(rows))
    text = page(rows, findings, facts, options.plan, command=options.command, plot=name)
    (options.folder / "benchmarks.md").write_text(text)


def _curves(findings: Findings) -> dict[str, dict[int, Sample]]:
    """Sides that were measured at several numbers of connections."""
    found: dict[str, dict[int, Sample]] = {}
    for cell, result in findings.results.items():
        found.setdefault(findings.titles[cell.side], {})[cell.connections] = result.middle
    return {title: points for title, points in found.items() if len(points) > 1}


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
