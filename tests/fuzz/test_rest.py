"""schemathesis on a running instance: every operation of its OpenAPI document, every check.

Its scenarios end early where the server, which remembers, answers otherwise than before; so there
are several rounds of them, each with a seed of its own.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from demo.instance import Addresses
from tests.fuzz.chain import missing
from tests.fuzz.sizes import Size
from tests.fuzz.variables import REST_URL, ROUND, STATISTICS

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path(__file__).with_name("schemathesis.toml")
PHASES = "examples,coverage,fuzzing,stateful"
AGAIN = "examples,stateful"

Counts = Counter[tuple[str, str, int]]


def test_every_check_passes(fuzzed: Addresses, seed: int, size: Size, tmp_path: Path) -> None:
    counts: Counts = Counter()
    for number in range(size.rounds):
        phases = AGAIN if number else PHASES
        counts += _run(fuzzed, seed + number, size, phases, tmp_path)
    print(_table(counts))
    succeeded = {name for name, _, status in counts if status < 300}
    # What happens to be drawn decides how deep a run gets; it says so, and is never a mere scratch.
    print(f"\nSteps of a sale that never went well: {', '.join(missing(succeeded)) or 'none'}")
    assert len(succeeded) > len({name for name, _, _ in counts}) / 2


def _run(fuzzed: Addresses, seed: int, size: Size, phases: str, folder: Path) -> Counts:
    statistics = folder / "statistics.json"
    config = folder / "schemathesis.toml"
    config.write_text(f"{_amounts(seed, size)}\n{CONFIG.read_text()}")
    rest = fuzzed.rest_url
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        REST_URL: rest,
        ROUND: str(seed),
        STATISTICS: str(statistics),
    }
    program = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
    found = subprocess.run(
        [*program, "--config-file", str(config), "run", f"{rest}/openapi.json", "--phases", phases],
        cwd=folder,  # nothing of it is left in the project
        env=environment,
        check=False,
    )
    assert found.returncode == 0, f"schemathesis ended with {found.returncode}; it said why"
    return Counter(
        {(name, phase, status): n for name, phase, status, n in json.loads(statistics.read_text())}
    )


def _amounts(seed: int, size: Size) -> str:
    return f"""
seed = {seed}
generation.max-examples = {size.examples}
generation.database = "none"
phases.stateful.max-steps = {size.steps}
phases.stateful.generation.max-examples = {size.scenarios}
"""


def _table(counts: Counts) -> str:
    """Answers by operation, and how many of them were successes; what a reader looks at first."""
    lines = [f"{'REST operation':<28} {'answers':>8} {'2xx':>6}  in scenarios: answers, 2xx"]
    for name in sorted({name for name, _, _ in counts}):
        rows = [(phase, status, n) for (each, phase, status), n in counts.items() if each == name]
        total = sum(n for _, _, n in rows)
        good = sum(n for _, status, n in rows if status < 300)
        chained = sum(n for phase, _, n in rows if phase == "stateful")
        both = sum(n for phase, status, n in rows if phase == "stateful" and status < 300)
        lines.append(f"{name:<28} {total:>8} {good:>6}  {chained:>6} {both:>6}")
    lines.append(f"{'all':<28} {counts.total():>8}")
    return "\n".join(["", *lines])
