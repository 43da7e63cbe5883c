"""Medians, and what noise does to them."""

import pytest

from bench.figures import NOISE_LIMIT, Measurement, Sample, percentile, summary


def measured(rate: float, others: float = 0.0, **more: float) -> Measurement:
    return Measurement(sample=Sample(rate=rate, **more), others=others)  # type: ignore[arg-type]


def test_the_middle_of_quiet_measurements_counts() -> None:
    found = summary([measured(100), measured(900), measured(110)])
    assert (found.middle.rate, found.rounds, found.discarded) == (110, 3, 0)
    assert not found.is_noisy


def test_noisy_measurements_are_discarded_and_counted() -> None:
    noisy = measured(9_000, others=NOISE_LIMIT + 0.01)
    found = summary([measured(100), noisy, measured(102), noisy])
    assert (found.middle.rate, found.rounds, found.discarded) == (101, 2, 2)
    assert not found.is_noisy


def test_as_much_as_is_allowed_is_no_noise() -> None:
    assert summary([measured(100, others=NOISE_LIMIT)]).discarded == 0


def test_where_all_are_noisy_all_count_and_it_is_said() -> None:
    found = summary([measured(rate, others=1.0) for rate in (10, 20, 90)])
    assert (found.middle.rate, found.rounds, found.discarded, found.is_noisy) == (20, 3, 0, True)


def test_errors_are_never_discarded() -> None:
    found = summary([measured(100), measured(100, others=1.0, errors=3)])
    assert found.middle.errors == 3


def test_what_does_not_apply_stays_unknown() -> None:
    found = summary([measured(100, p50=2.0), measured(100, p50=4.0)]).middle
    assert (found.p50, found.p99, found.cpu_us) == (3.0, None, None)


def test_nothing_has_no_middle() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        summary([])


@pytest.mark.parametrize(("part", "value"), [(0.0, 1), (0.5, 51), (0.99, 100), (1.0, 100)])
def test_percentiles_are_values_that_occurred(part: float, value: float) -> None:
    assert percentile([float(each) for each in range(100, 0, -1)], part) == value
