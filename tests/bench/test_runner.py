"""Rounds: everybody in turn, again where it was noisy, and everything closed in the end."""

import pytest

from bench import cpu, runner
from bench.figures import Measurement, Sample
from bench.model import Broken, Cell, Findings, Missing, Side
from bench.world.books import check_taken


class Recorded(Side):
    def __init__(self, name: str, said: list[str], missing: bool = False) -> None:
        self.title = name
        self._said = said
        self._missing = missing

    async def open(self) -> None:
        if self._missing:
            raise Missing("it is not installed")
        self._said.append(f"open {self.title}")

    async def close(self) -> None:
        self._said.append(f"close {self.title}")

    async def measure(self, connections: int, seconds: float) -> Sample:
        self._said.append(f"{self.title} {connections}")
        if connections == 13:
            raise Broken("a unit is missing")
        return Sample(rate=connections)


async def run(said: list[str], *cells: Cell, extra: int = 0) -> Findings:
    findings = Findings()
    await runner.measure_stage(
        cells,
        lambda name: Recorded(name, said, missing=name == "missing"),
        findings,
        rounds=2,
        extra=extra,
        seconds=1,
        say=lambda text: None,
    )
    return findings


def quiet(monkeypatch: pytest.MonkeyPatch, *others: float) -> None:
    """So much is used by others, one measurement after the other; nothing after that."""
    left = list(others)
    monkeypatch.setattr(cpu, "others", lambda root, before, after: left.pop(0) if left else 0.0)


async def test_sides_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet(monkeypatch)
    said: list[str] = []
    await run(said, Cell(side="a", connections=1), Cell(side="b", connections=2))
    opened, closed = ["open a", "open b"], ["close a", "close b"]
    assert said == [*opened, "a 1", "b 2", "a 1", "b 2", *closed]


async def test_a_noisy_cell_alone_is_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet(monkeypatch, 0.0, 0.9)
    said: list[str] = []
    one, other = Cell(side="a", connections=1), Cell(side="b", connections=2)
    found = await run(said, one, other, extra=3)
    assert said.count("a 1") == 2
    assert said.count("b 2") == 3
    assert (found.results[other].rounds, found.results[other].discarded) == (2, 1)


async def test_noise_does_not_go_on_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet(monkeypatch, *[0.9] * 99)
    said: list[str] = []
    found = await run(said, cell := Cell(side="a"), extra=3)
    assert said.count("a 1") == 5
    assert found.results[cell].is_noisy


async def test_what_takes_long_is_measured_less(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet(monkeypatch, *[0.9] * 99)
    said: list[str] = []
    await run(said, Cell(side="a", rounds=1), Cell(side="b", connections=2))
    assert (said.count("a 1"), said.count("b 2")) == (1, 2)


async def test_a_missing_side_is_told_and_the_others_are_measured() -> None:
    found = await run([], Cell(side="missing"), cell := Cell(side="a"))
    assert found.missing == {"missing": "it is not installed"}
    assert set(found.results) == {cell}


async def test_a_broken_run_ends_and_closes_everything() -> None:
    said: list[str] = []
    with pytest.raises(Broken, match="a unit is missing"):
        await run(said, Cell(side="a", connections=13))
    assert said[-1] == "close a"


@pytest.mark.parametrize("taken", [100, 103, 164])
def test_what_was_acknowledged_was_taken(taken: int) -> None:
    check_taken("holds", taken=taken, answered=100, in_flight=64)


@pytest.mark.parametrize("taken", [99, 165])
def test_a_unit_too_few_or_too_many(taken: int) -> None:
    with pytest.raises(Broken, match="100 holds were acknowledged"):
        check_taken("holds", taken=taken, answered=100, in_flight=64)


def test_what_was_measured_in_a_line() -> None:
    found = Measurement(sample=Sample(rate=1234, p50=1, p99=2, cpu_us=99, errors=3), others=0.5)
    text = runner.line(found)
    for told in ("1,234/s", "p50", "99 µs", "3 errors", "NOISY: others used 0.50 cores"):
        assert told in text
    assert "NOISY" not in runner.line(Measurement(sample=found.sample, others=0.1))
