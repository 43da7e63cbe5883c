"""The words of the benchmark: cells are measured, goals judge them, rows are what they say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bench.figures import Result, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One side under one load. `connections` are callers at a time, clients of pgbench too;
    `rounds` is set where fewer are measured than of the others."""

    side: str
    connections: int = 1
    rounds: int | None = None

    @property
    def name(self) -> str:
        return f"{self.side} @ {self.connections}"


class Side(Protocol):
    """Something that is measured again and again. Opened once before, closed once after."""

    title: str

    async def open(self) -> None:
        """Raises Missing where it cannot be measured here."""

    async def measure(self, connections: int, seconds: float) -> Sample: ...

    async def close(self) -> None: ...


class Missing(Exception):
    """This side cannot be measured here; the message says what is missing."""


class Broken(Exception):
    """The run is worth nothing: a unit is missing, or a side did not do what it is measured for."""


Results = Mapping[Cell, Result]
Unit = Literal["×", "/s", "ms", "µs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A bound on a measured value."""

    bound: float
    unit: Unit
    at_least: bool

    def holds(self, measured: float) -> bool:
        return measured >= self.bound if self.at_least else measured <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:,g} {self.unit}"


def at_least(bound: float, unit: Unit = "×") -> Target:
    return Target(bound=bound, unit=unit, at_least=True)


def at_most(bound: float, unit: Unit = "×") -> Target:
    return Target(bound=bound, unit=unit, at_least=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One thing that is demanded: `value` computes it from the medians of `cells`."""

    title: str
    cells: tuple[Cell, ...]
    target: Target
    value: Callable[[Results], float]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """`stage` is the environment its cells are measured in: both sides of a claim always in one.
    `extra` are cells that are measured and shown, and that nothing is demanded of."""

    name: str
    title: str
    stage: str
    claims: tuple[Claim, ...]
    extra: tuple[Cell, ...] = ()

    def cells(self, with_extras: bool) -> tuple[Cell, ...]:
        wanted = [cell for claim in self.claims for cell in claim.cells]
        return tuple(dict.fromkeys([*wanted, *(self.extra if with_extras else ())]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came of a claim. `measured` and `held` are None where it could not be measured."""

    goal: str
    title: str
    measured: float | None
    target: Target
    held: bool | None
    rounds: int
    note: str


@dataclass(slots=True, kw_only=True)
class Findings:
    """Everything that a run found. `missing` says why a side was not measured; `loads` is what
    generated the load of a side."""

    results: dict[Cell, Result] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)


def judge(goal: Goal, findings: Findings) -> Sequence[Row]:
    return [_row(goal, claim, findings) for claim in goal.claims]


def _row(goal: Goal, claim: Claim, findings: Findings) -> Row:
    absent = [cell for cell in claim.cells if cell not in findings.results]
    if absent:
        why = dict.fromkeys(
            f"{cell.side}: {findings.missing.get(cell.side, 'not measured')}" for cell in absent
        )
        return Row(
            goal=goal.name,
            title=claim.title,
            measured=None,
            target=claim.target,
            held=None,
            rounds=0,
            note="; ".join(["not measured", *why]),
        )
    found = [findings.results[cell] for cell in claim.cells]
    measured = claim.value(findings.results)
    notes = [claim.note] if claim.note else []
    if discarded := sum(result.discarded for result in found):
        notes.append(f"{discarded} noisy measurements discarded")
    if any(result.is_noisy for result in found):
        notes.append("NOISY: others used the machine all the time, so nothing was discarded")
    if errors := sum(result.middle.errors for result in found):
        notes.append(f"{errors} errors")
    return Row(
        goal=goal.name,
        title=claim.title,
        measured=measured,
        target=claim.target,
        held=claim.target.holds(measured),
        rounds=min(result.rounds for result in found),
        note="; ".join(notes),
    )
