"""The list docs/benchmarks.json, for programs."""

import json
from collections.abc import Sequence

from bench.model import Row


def as_json(rows: Sequence[Row]) -> str:
    """`measured` is a number in the unit of `target`, or null where it could not be measured."""
    found = [
        {
            "goal": row.goal,
            "title": row.title,
            "measured": None if row.measured is None else round(row.measured, 3),
            "target": str(row.target),
            "held": row.held,
            "rounds": row.rounds,
            "note": row.note,
        }
        for row in rows
    ]
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
