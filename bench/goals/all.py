"""All goals, in the order of their numbers."""

from collections.abc import Collection, Sequence

from bench.goals.rest import rest_goals
from bench.goals.sale import sale_goals
from bench.model import Goal
from bench.plan import Plan


def goals(plan: Plan, wanted: Collection[str] = ()) -> Sequence[Goal]:
    """Those named, or all. Raises ValueError for a name that none has."""
    found = sorted([*sale_goals(plan), *rest_goals(plan)], key=_number)
    if unknown := sorted(set(wanted) - {goal.name for goal in found}):
        there = ", ".join(dict.fromkeys(goal.name for goal in found))
        raise ValueError(f"there is no goal {', '.join(unknown)}; there are {there}")
    return [goal for goal in found if not wanted or goal.name in wanted]


def _number(goal: Goal) -> int:
    digits = goal.name.removeprefix("P")
    return int(digits) if digits.isdecimal() else 99
