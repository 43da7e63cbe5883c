"""Processor time from what /proc says."""

import os

from bench.cpu import Moment, Process, look, others, parse_stat, seconds_of

TICKS = os.sysconf("SC_CLK_TCK")


def moment(at: float, stolen: int, **ticks: int) -> Moment:
    """Process 10 is ours, 11 its child, 2 the kernel's, 3 a thread of it, 20 somebody else's."""
    parents = {"p1": 0, "p10": 1, "p11": 10, "p2": 0, "p3": 2, "p20": 1}
    return Moment(
        at=at,
        stolen=stolen,
        processes={
            int(name[1:]): Process(parent=parents[name], ticks=count, reaped=0)
            for name, count in ticks.items()
        },
    )


def test_names_with_spaces_and_parentheses() -> None:
    text = "42 (a (b) c) S 7 1 1 0 -1 0 1 2 3 4 50 60 7 8 20 0 1 0 99"
    assert parse_stat(text) == Process(parent=7, ticks=110, reaped=15)


def test_what_others_used() -> None:
    before = moment(0.0, 7, p1=50, p10=0, p11=0, p2=0, p3=0, p20=0)
    after = moment(2.0, 9, p1=50, p10=10, p11=20, p2=0, p3=5, p20=65)
    assert others(10, before, after) == (65 + 2) / TICKS / 2
    assert seconds_of([10], before, after) == 30 / TICKS


def test_a_child_that_ended_is_not_lost() -> None:
    before = Moment(at=0, stolen=0, processes={10: Process(parent=1, ticks=0, reaped=0)})
    after = Moment(at=1, stolen=0, processes={10: Process(parent=1, ticks=10, reaped=40)})
    assert seconds_of([10], before, after) == 50 / TICKS
    assert others(11, before, after) == 50 / TICKS
    assert others(10, before, after) == 0


def test_a_thread_of_the_kernel_that_ended_is_nobody_elses() -> None:
    before = moment(0.0, 0, p10=0, p2=0, p3=1000, p20=3)
    after = moment(1.0, 0, p10=10, p2=0, p20=3)
    assert others(10, before, after) == 0


def test_this_process_is_found() -> None:
    assert look().processes[os.getpid()].parent == os.getppid()
