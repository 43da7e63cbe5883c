"""Figures of one measurement, and what many of them say together."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

NOISE_LIMIT = 0.2
"""Cores that others may use while something is measured; beyond it the measurement is discarded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One measurement: things done per second, latencies in milliseconds, and the processor time of
    server and database for each thing, in microseconds. What does not apply is None."""

    rate: float
    p50: float | None = None
    p99: float | None = None
    cpu_us: float | None = None
    errors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A sample, and how many cores others used meanwhile."""

    sample: Sample
    others: float

    @property
    def is_noisy(self) -> bool:
        return self.others > NOISE_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The medians of the quiet measurements. `rounds` is how many of them there are; `discarded`
    how many were noisy. Where all were noisy, all count, and `is_noisy` says so."""

    middle: Sample
    rounds: int
    discarded: int
    is_noisy: bool


def percentile(values: Sequence[float], part: float) -> float:
    """Nearest rank; `part` from 0 to 1."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(part * len(ranked)))]


def summary(measured: Sequence[Measurement]) -> Result:
    """Raises ValueError where nothing was measured."""
    if not measured:
        raise ValueError("nothing was measured")
    quiet = [each.sample for each in measured if not each.is_noisy]
    counted = quiet or [each.sample for each in measured]
    return Result(
        middle=Sample(
            rate=median(sample.rate for sample in counted),
            p50=_median([sample.p50 for sample in counted]),
            p99=_median([sample.p99 for sample in counted]),
            cpu_us=_median([sample.cpu_us for sample in counted]),
            errors=sum(each.sample.errors for each in measured),
        ),
        rounds=len(counted),
        discarded=len(measured) - len(quiet) if quiet else 0,
        is_noisy=not quiet,
    )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
