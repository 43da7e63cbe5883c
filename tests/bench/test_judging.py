"""Goals, and what is said about them."""

from collections.abc import Sequence

import pytest

from bench.figures import Result, Sample
from bench.goals.all import goals
from bench.goals.values import p50_ratio, ratio, ratio_to_best, tail
from bench.model import Cell, Claim, Findings, Goal, Row, Target, at_least, at_most, judge
from bench.plan import FULL, QUICK
from bench.sides.catalogue import SIDES

OURS, YARDSTICK = Cell(side="ours", connections=64), Cell(side="yardstick", connections=64)


def result(rate: float, *, noisy: bool = False, discarded: int = 0, errors: int = 0) -> Result:
    middle = Sample(rate=rate, p50=2.0, p99=5.0, errors=errors)
    return Result(middle=middle, rounds=5, discarded=discarded, is_noisy=noisy)


def goal(target: Target) -> Goal:
    claim = Claim(
        title="ours ÷ yardstick",
        cells=(OURS, YARDSTICK),
        target=target,
        value=ratio(OURS, YARDSTICK),
    )
    return Goal(name="P0", title="A goal", stage="sale", claims=(claim,))


def judged(target: Target, ours: Result, yardstick: Result) -> Row:
    findings = Findings(results={OURS: ours, YARDSTICK: yardstick})
    (row,) = judge(goal(target), findings)
    return row


@pytest.mark.parametrize(
    ("target", "value", "held"),
    [
        (at_least(2), 2.0, True),
        (at_least(2), 1.999, False),
        (at_most(3), 3.0, True),
        (at_most(3), 3.001, False),
    ],
)
def test_a_bound_itself_holds(target: Target, value: float, held: bool) -> None:
    assert target.holds(value) is held


def test_targets_are_told_in_their_units() -> None:
    assert [str(at_least(30_000, "/s")), str(at_most(150, "µs"))] == ["≥ 30,000 /s", "≤ 150 µs"]


def test_a_claim_is_judged_by_both_sides() -> None:
    row = judged(at_least(2), result(300), result(100))
    assert (row.measured, row.held, row.rounds, row.note) == (3, True, 5, "")
    assert judged(at_least(2), result(199), result(100)).held is False


def test_noise_and_errors_are_told() -> None:
    row = judged(at_least(2), result(300, noisy=True), result(100, discarded=2, errors=7))
    assert "NOISY" in row.note
    assert "2 noisy measurements discarded" in row.note
    assert "7 errors" in row.note


def test_what_was_not_measured_neither_holds_nor_fails() -> None:
    findings = Findings(results={OURS: result(300)}, missing={"yardstick": "it is not installed"})
    (row,) = judge(goal(at_least(2)), findings)
    assert (row.measured, row.held, row.rounds) == (None, None, 0)
    assert "it is not installed" in row.note


def test_values() -> None:
    found = {OURS: result(300), YARDSTICK: result(100)}
    assert ratio_to_best(YARDSTICK, (OURS, YARDSTICK))(found) == pytest.approx(1 / 3)
    assert tail(OURS)(found) == 2.5
    assert p50_ratio(OURS, YARDSTICK)(found) == 1


def sides(found: Sequence[Goal]) -> set[str]:
    return {
        cell.side
        for each in found
        for cell in each.cells(True)
        if not cell.side.startswith("grown")
    }


@pytest.mark.parametrize("plan", [FULL, QUICK], ids=lambda plan: plan.name)
def test_every_goal_is_there_and_every_side_can_be_made(plan: object) -> None:
    found = goals(FULL if plan is FULL else QUICK)
    assert {each.name for each in found} >= {f"P{nr}" for nr in range(1, 12)}
    assert sides(found) <= set(SIDES)


def test_every_side_is_needed() -> None:
    assert sides(goals(FULL)) == set(SIDES)


def test_goals_can_be_measured_alone() -> None:
    assert {each.name for each in goals(FULL, ["P5", "P1"])} == {"P1", "P5"}
    with pytest.raises(ValueError, match="no goal P12"):
        goals(FULL, ["P12"])
