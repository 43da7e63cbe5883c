"""A bench with Stripe on it."""

from collections.abc import AsyncIterator

import pytest

from tests.adapters.stripe import real
from tests.adapters.stripe.bench import StripeBench, on_the_bench

collect_ignore = [] if real.is_asked() else ["test_real.py"]


@pytest.fixture
async def stripe() -> AsyncIterator[StripeBench]:
    """With method `card` and no faults."""
    async with on_the_bench() as bench:
        yield bench
