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
    """All processes at one time. `busy` is what the processors did for processes, in ticks, and
    what the host took from this machine."""

    at: float
    busy: int
    processes: Mapping[int, Process]


def look() -> Moment:
    return Moment(at=monotonic(), busy=_busy(Path("/proc/stat").read_text()), processes=_all())


def seconds_of(roots: Iterable[int], before: Moment, after: Moment) -> float:
    """Processor seconds of these processes and all that they started."""
    wanted = list(roots)
    return (_ticks(after, wanted) - _ticks(before, wanted)) / _TICKS


def others(root: int, before: Moment, after: Moment) -> float:
    """Cores that were used by what `root` did not start. The kernel's own threads do not count:
    they write what we write."""
    ours = _ticks(after, (root,)) - _ticks(before, (root,))
    used = after.busy - before.busy - ours - _kernel(before, after)
    return max(0.0, used / _TICKS / (after.at - before.at))


def _kernel(before: Moment, after: Moment) -> int:
    """What its threads used; one that has ended takes along what it used before."""
    return sum(
        process.ticks - (before.processes[pid].ticks if pid in before.processes else 0)
        for pid, process in after.processes.items()
        if process.parent == _KTHREADD
    )


def _ticks(moment: Moment, roots: Iterable[int]) -> int:
    children: dict[int, list[int]] = {}
    for pid, process in moment.processes.items():
        children.setdefault(process.parent, []).append(pid)
    total, waiting = 0, list(roots)
    while waiting:
        pid = waiting.pop()
        found = moment.processes.get(pid)
        if found is not None:
            total += found.ticks + found.reaped
            waiting.extend(children.get(pid, ()))
    return total


def _busy(stat: str) -> int:
    """user, nice, system and steal; what interrupts took belongs to nobody."""
    user, nice, system, _idle, _iowait, _irq, _softirq, steal = map(int, stat.split()[1:9])
    return user + nice + system + steal


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
