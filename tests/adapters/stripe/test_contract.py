"""Stripe sits the exam of every payment provider, with each of its methods."""

from collections.abc import AsyncIterator

import pytest

from tests.adapters.stripe.bench import StripeBench, on_the_bench
from tests.contracts.payment_providers import PaymentsContract, RefundsContract
from tests.fakes.stripe.server import Server


class _Card:
    @pytest.fixture
    async def bench(self, fake: Server) -> AsyncIterator[StripeBench]:
        async with on_the_bench(fake, "card") as bench:
            yield bench


class _Checkout:
    @pytest.fixture
    async def bench(self, fake: Server) -> AsyncIterator[StripeBench]:
        async with on_the_bench(fake, "checkout") as bench:
            yield bench


class _Automatic:
    @pytest.fixture
    async def bench(self, fake: Server) -> AsyncIterator[StripeBench]:
        async with on_the_bench(fake, "automatic") as bench:
            yield bench


class TestCard(_Card, PaymentsContract):
    pass


class TestCardRefunds(_Card, RefundsContract):
    pass


class TestCheckout(_Checkout, PaymentsContract):
    pass


class TestAutomatic(_Automatic, PaymentsContract):
    pass
