"""The sweep stands back while somebody is selling."""

from datetime import timedelta

import pytest

from application.background.sweep_holds import SweepHolds
from tests.adapters.memory.harness import MemoryHarness, StillClock
from tests.contracts.ledger import LATER
from tests.contracts.world import IDS, Sale, World, kind


class TestSweepHolds:
    @pytest.fixture
    def world(self) -> World:
        return World(MemoryHarness(StillClock()))

    @pytest.fixture
    async def sale(self, world: World) -> Sale:
        """With five holds that are due."""
        sale = await world.sale(kind("Standing", 40))
        for _ in range(5):
            await world.hold(await world.user(), sale, {"Standing": 1})
        await world.harness.pass_time(LATER)
        return sale

    def sweep(self, world: World) -> SweepHolds:
        return SweepHolds(world.begin, IDS, limit=2, limit_idle=4, pause=timedelta(0))

    async def test_when_nobody_sells(self, world: World, sale: Sale) -> None:
        assert [await self.sweep(world)() for _ in range(3)] == [4, 1, 0]

    async def test_beside_sales(self, world: World, sale: Sale) -> None:
        await world.hold(await world.user(), sale, {"Standing": 1})
        assert [await self.sweep(world)() for _ in range(4)] == [2, 2, 1, 0]
