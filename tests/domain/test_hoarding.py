"""How much one buyer may keep from others."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.hold.hoarding import Hoarding, HoardingLimits, check_hoarding
from domain.stock import LimitReached

LIMITS = HoardingLimits(units=10, cooling=timedelta(hours=1), holds=5, window=timedelta(minutes=10))


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(units=st.integers(0, 15), holds=st.integers(0, 7), wanted=st.integers(1, 12))
def test_both_bounds(units: int, holds: int, wanted: int) -> None:
    so_far, allowed = Hoarding(units=units, holds=holds), units + wanted <= 10 and holds < 5
    if allowed:
        check_hoarding(so_far, wanted=wanted, limits=LIMITS)
        return
    with pytest.raises(LimitReached) as refused:
        check_hoarding(so_far, wanted=wanted, limits=LIMITS)
    if holds >= 5:
        expected = {"limit": "holds_per_window", "most": "5", "made": str(holds)}
        assert refused.value.message == "At most 5 holds in 10 minutes."
    else:
        expected = {"limit": "units_per_event", "most": "10", "counted": str(units)}
    assert refused.value.metadata == expected
