"""Measures cells in rounds, one after the other, until enough rounds were quiet."""

import os
from collections.abc import Callable, Mapping, Sequence

from bench import cpu
from bench.figures import Measurement, summary
from bench.model import Cell, Findings, Missing, Side
from bench.report.table import figure

Say = Callable[[str], None]


async def measure_stage(
    cells: Sequence[Cell],
    make: Callable[[str], Side],
    findings: Findings,
    *,
    rounds: int,
    extra: int,
    seconds: float,
    say: Say,
) -> None:
    """Every cell once in each round, so that whatever changes on the machine meets all of them.
    Cells that were disturbed get `extra` further rounds at most. Raises Broken."""
    opened: dict[str, Side] = {}
    try:
        for name in dict.fromkeys(cell.side for cell in cells):
            side = make(name)
            findings.titles[name] = side.title
            try:
                await side.open()
                opened[name] = side
            except Missing as missing:
                findings.missing[name] = str(missing)
                say(f"  {side.title}: not measured: {missing}")
        there = [cell for cell in cells if cell.side in opened]
        measured = await _rounds(there, opened, rounds, extra, seconds, say)
    finally:
        for side in opened.values():
            await side.close()
    findings.results.update({cell: summary(found) for cell, found in measured.items()})


async def _rounds(
    cells: Sequence[Cell],
    sides: Mapping[str, Side],
    rounds: int,
    extra: int,
    seconds: float,
    say: Say,
) -> dict[Cell, list[Measurement]]:
    measured: dict[Cell, list[Measurement]] = {cell: [] for cell in cells}
    for number in range(rounds + extra):
        wanted = [
            cell
            for cell in cells
            if _quiet(measured[cell]) < (cell.rounds or rounds)
            and len(measured[cell]) < (cell.rounds or rounds) + extra
        ]
        for cell in wanted:
            found = await _measure(sides[cell.side], cell.connections, seconds)
            measured[cell].append(found)
            say(f"  {number + 1}: {cell.name:32} {line(found)}")
    return measured


async def _measure(side: Side, connections: int, seconds: float) -> Measurement:
    before = cpu.look()
    sample = await side.measure(connections, seconds)
    return Measurement(sample=sample, others=cpu.others(os.getpid(), before, cpu.look()))


def _quiet(measured: Sequence[Measurement]) -> int:
    return sum(not each.is_noisy for each in measured)


def line(found: Measurement) -> str:
    sample = found.sample
    parts = [f"{figure(sample.rate):>8}/s"]
    if sample.p50 is not None:
        parts.append(f"p50 {sample.p50:8.2f} ms")
    if sample.p99 is not None:
        parts.append(f"p99 {sample.p99:8.2f} ms")
    if sample.cpu_us is not None:
        parts.append(f"{sample.cpu_us:6.0f} µs")
    if sample.errors:
        parts.append(f"{sample.errors} errors")
    if found.is_noisy:
        parts.append(f"NOISY: others used {found.others:.2f} cores")
    return "  ".join(parts)
