import asyncio
import gc

import pytest

from infrastructure.memory.figures import MemoryRecentFigures
from tests.contracts.figures import FiguresUnderTest, RecentFiguresContract, Sight


class OnMemoryFigures(FiguresUnderTest):
    def __init__(self, most_events: int = 1_000) -> None:
        self.now = 1e6
        self.recent = self.kept = MemoryRecentFigures(lambda: self.now, most_events)

    async def pass_time(self, seconds: float) -> None:
        self.now += seconds


class TestMemoryRecentFigures(RecentFiguresContract):
    @pytest.fixture
    def under_test(self) -> OnMemoryFigures:
        return OnMemoryFigures()

    async def test_never_more_events_than_allowed(self) -> None:
        """Those that were looked at first are forgotten; it costs one look."""
        under_test = OnMemoryFigures(most_events=3)
        sights = [Sight() for _ in range(5)]
        for sight in sights:
            await under_test.sold(sight, 60)
            assert len(under_test.kept) <= 3
        for sight in reversed(sights):
            await under_test.sold(sight, 60)
        assert [sight.looks for sight in sights] == [2, 2, 1, 1, 1]

    async def test_a_failure_that_nobody_waits_for_is_no_complaint(self) -> None:
        under_test, sight, complaints = OnMemoryFigures(), Sight(), []
        loop = asyncio.get_running_loop()
        gc.collect()  # what others left behind is their complaint
        loop.set_exception_handler(lambda _, said: complaints.append(said))
        try:
            sight.fails = True
            sight.open.clear()
            waiting = await under_test.asks(sight, 1)
            waiting.cancel()
            sight.open.set()
            await asyncio.wait((waiting,))
            for _ in range(5):
                await asyncio.sleep(0)
            del waiting  # whose frames know the look
            gc.collect()
        finally:
            loop.set_exception_handler(None)
        assert complaints == []
        sight.fails = False
        assert await under_test.sold(sight, 1) == (0, 0)
