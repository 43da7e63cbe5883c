import pytest

from tests.adapters.memory.harness import MemoryHarness, StillClock
from tests.application.money.bank import Bank
from tests.application.money.house import House


@pytest.fixture
async def house() -> House:
    harness = MemoryHarness(StillClock())
    return await House(harness, Bank(harness.database.clock.now)).open()
