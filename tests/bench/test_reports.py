"""What a run writes: the table, the list, the page, the plot."""

import json
from xml.etree import ElementTree

from bench.figures import Result, Sample
from bench.model import Cell, Findings, Row, at_least, at_most
from bench.plan import QUICK
from bench.report.json_file import as_json
from bench.report.page import page
from bench.report.plot import plot
from bench.report.table import figure, table

ROWS = [
    Row(
        goal="P1",
        title="ours ÷ theirs",
        measured=2.34567,
        target=at_least(2),
        held=True,
        rounds=5,
        note="",
    ),
    Row(
        goal="P6",
        title="processor time",
        measured=1234.5,
        target=at_most(150, "µs"),
        held=False,
        rounds=3,
        note="2 noisy measurements discarded",
    ),
    Row(
        goal="P8",
        title="two processes",
        measured=None,
        target=at_least(1.5),
        held=None,
        rounds=0,
        note="not measured; it is not there",
    ),
]
CELL = Cell(side="hold", connections=64)
SAMPLE = Sample(rate=5000, p50=4.25, p99=9.5, cpu_us=120)


def test_the_list_for_programs() -> None:
    found = json.loads(as_json(ROWS))
    assert [set(each) for each in found] == [
        {"goal", "title", "measured", "target", "held", "rounds", "note"}
    ] * len(ROWS)
    assert [each["held"] for each in found] == [True, False, None]
    assert [each["measured"] for each in found] == [2.346, 1234.5, None]
    assert found[0]["target"] == "≥ 2 ×"


def test_the_table_says_what_does_not_hold() -> None:
    lines = table(ROWS).splitlines()
    assert len(lines) == 1 + len(ROWS)
    assert "2.35 ×" in lines[1] and " yes " in lines[1]
    assert "1,234 µs" in lines[2] and " NO " in lines[2]
    assert " — " in lines[3] and "it is not there" in lines[3]


def test_figures_have_three_digits_that_mean_something() -> None:
    assert [figure(value) for value in (0.01234, 4.257, 99.96, 1234.5)] == [
        "0.0123",
        "4.26",
        "100",
        "1,234",
    ]


def test_the_page_tells_everything() -> None:
    findings = Findings(
        results={CELL: Result(middle=SAMPLE, rounds=3, discarded=1, is_noisy=False)},
        titles={"hold": "REST hold"},
        missing={"gRPC": "no port"},
        checks=["bench_sale: 10 holds, 10 units taken, nothing missing"],
    )
    facts = [("commit", "abc"), ("processor", "two cores")]
    text = page(ROWS, findings, facts, QUICK, command="make bench-quick", plot="benchmarks.svg")
    assert "1 hold, 1 do not, 1 could not be measured" in text
    assert "| REST hold | 64 | 5,000 | 4.25 | 9.5 | 120 | 3 | 1 |" in text
    for told in ("| commit | abc |", "no port", "nothing missing", "(benchmarks.svg)", "`make"):
        assert told in text
    assert "LIMITS__WRITES_PER_ADDRESS_PER_MINUTE=" in text


def test_the_plot_is_an_image_with_every_side() -> None:
    sides = {
        "ours & theirs": {1: SAMPLE, 64: SAMPLE, 256: SAMPLE},
        "pgbench": {1: Sample(rate=100), 8: Sample(rate=400)},
    }
    image = ElementTree.fromstring(plot(sides))
    found = {element.text for element in image.iter() if element.text}
    assert {"ours & theirs", "pgbench", "per second", "p99, ms", "1", "8", "64", "256"} <= found
    lines = [each.get("points") or "" for each in image.iter() if each.tag.endswith("polyline")]
    assert [len(points.split()) for points in lines] == [3, 2, 3, 0]


def test_more_is_drawn_higher() -> None:
    image = ElementTree.fromstring(plot({"a": {1: Sample(rate=10), 64: Sample(rate=1000)}}))
    points = next(
        each.get("points") or "" for each in image.iter() if each.tag.endswith("polyline")
    )
    (x1, y1), (x2, y2) = (map(float, point.split(",")) for point in points.split())
    assert x1 < x2
    assert y1 > y2, "the y axis of an image points down"
