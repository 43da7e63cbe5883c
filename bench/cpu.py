"""Processor time from /proc: of our processes, and of everybody else on the machine."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

_TICKS = os.sysconf("SC_CLK_TCK")
_KTHREADD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """`ticks` are its own; `reaped` those of children that ended and were waited for."""

    parent: int
    ticks: int
    reaped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """All processes at one time, and the ticks that the host took from this machine."""

    at: float
    stolen: int
    processes: Mapping[int, Process]


def look() -> Moment:
    stolen = int(Path("/proc/stat").read_text().split(maxsplit=9)[8])
    return Moment(at=monotonic(), stolen=stolen, processes=_all())


def seconds_of(roots: Iterable[int], before: Moment, after: Moment) -> float:
    """Processor seconds of these processes and all that they started."""
    wanted = list(roots)
    return (_ticks(after, wanted) - _ticks(before, wanted)) / _TICKS


def others(root: int, before: Moment, after: Moment) -> float:
    """Cores that were used by what `root` did not start: other processes, and the host.

    The machine's own sums in /proc/stat are of no use: whether what interrupts take is in the sums
    of processes as well depends on the kernel. Its threads do not count: they write what we write.
    """
    used = _foreign(root, after) - _foreign(root, before) + after.stolen - before.stolen
    return max(0.0, used / _TICKS / (after.at - before.at))


def _foreign(root: int, moment: Moment) -> int:
    """A process that ended is in what its parent has reaped."""
    ours = _tree(moment, (root, _KTHREADD))
    return sum(
        process.ticks + process.reaped
        for pid, process in moment.processes.items()
        if pid not in ours
    )


def _ticks(moment: Moment, roots: Iterable[int]) -> int:
    found = (moment.processes[pid] for pid in _tree(moment, roots))
    return sum(process.ticks + process.reaped for process in found)


def _tree(moment: Moment, roots: Iterable[int]) -> set[int]:
    """These processes and all that they started, as far as they are there."""
    children: dict[int, list[int]] = {}
    for pid, process in moment.processes.items():
        children.setdefault(process.parent, []).append(pid)
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        if pid in moment.processes:
            found.add(pid)
            waiting.extend(children.get(pid, ()))
    return found


def _all() -> dict[int, Process]:
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            text = (folder / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        found[int(folder.name)] = parse_stat(text)
    return found


def parse_stat(text: str) -> Process:
    """/proc/PID/stat: the name in parentheses may hold spaces and parentheses."""
    fields = text.rpartition(")")[2].split()
    return Process(
        parent=int(fields[1]),
        ticks=int(fields[11]) + int(fields[12]),
        reaped=int(fields[13]) + int(fields[14]),
    )
