"""The options of `python -m bench`."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.plan import FULL, QUICK, Plan
from bench.servers.process import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`folder` is where the report goes."""

    plan: Plan
    goals: tuple[str, ...]
    folder: Path

    @property
    def command(self) -> str:
        name = "make bench" if self.plan is FULL else "make bench-quick"
        return f'{name} goals="{" ".join(self.goals)}"' if self.goals else name


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Exits with a usage message when they make no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measures what was promised about speed, and says what does not hold.",
    )
    parser.add_argument(
        "goals", nargs="*", metavar="GOAL", help="such as P1; all when none is named"
    )
    parser.add_argument("--quick", action="store_true", help="short rounds, in three minutes")
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER",
        help="where the report goes: docs/ for a whole run, .data/bench/ for any other",
    )
    given = parser.parse_args(arguments)
    whole = not given.quick and not given.goals
    folder = ROOT / "docs" if whole else ROOT / ".data" / "bench"
    return Options(
        plan=QUICK if given.quick else FULL,
        goals=tuple(given.goals),
        folder=given.to or folder,
    )
