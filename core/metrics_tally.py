"""Durations, counted as cheaply as Python can: every call of every operation passes here."""

from bisect import bisect_left
from typing import Final

from prometheus_client import Histogram

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets."""


class _Tally:
    """What was noted since the last flush."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(SECONDS) + 1)
        self.seconds = 0.0


class Tallies:
    """Notes durations by labels, and tells them to a histogram in `flush`.

    The histogram's own `observe` takes locks, and writes twice to a shared file where processes
    share their figures: ten times as long as `note`.
    """

    def __init__(self, histogram: Histogram) -> None:
        """Its buckets must be those of SECONDS."""
        self._histogram = histogram
        self._tallies: dict[tuple[str, ...], _Tally] = {}

    def note(self, labels: tuple[str, ...], seconds: float) -> None:
        tally = self._tallies.get(labels)
        if tally is None:
            tally = self._tallies[labels] = _Tally()
        tally.counts[bisect_left(SECONDS, seconds)] += 1
        tally.seconds += seconds

    def flush(self) -> None:
        """Only from the thread that notes."""
        for labels, tally in self._tallies.items():
            if not any(tally.counts):
                continue
            # The library has no way to add many at a time but the parts of its histogram.
            child = self._histogram.labels(*labels)
            for bucket, count in zip(child._buckets, tally.counts, strict=True):
                if count:
                    bucket.inc(count)
            child._sum.inc(tally.seconds)
            tally.counts = [0] * len(tally.counts)
            tally.seconds = 0.0
