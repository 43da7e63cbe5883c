"""A bench with Stripe on it."""

from collections.abc import AsyncIterator

import pytest

from tests.adapters.stripe import real
from tests.adapters.stripe.bench import StripeBench, on_the_bench
from tests.fakes.stripe.server import Server, serving

collect_ignore = [] if real.is_asked() else ["test_real.py"]


@pytest.fixture(scope="session")
async def fake() -> AsyncIterator[Server]:
    """One server for all of these tests; each opens an account of its own."""
    async with serving() as server:
        yield server


@pytest.fixture
async def stripe(fake: Server) -> AsyncIterator[StripeBench]:
    """With method `card` and no faults."""
    async with on_the_bench(fake) as bench:
        yield bench
