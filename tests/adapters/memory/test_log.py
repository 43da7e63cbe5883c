from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest

from infrastructure.memory.log import MemoryFactLog, MemoryLogReaders
from tests.adapters.memory.harness import MemoryHarness
from tests.contracts.log import LogContract, LogHarness


class MemoryLogHarness(MemoryHarness, LogHarness):
    def __init__(self) -> None:
        super().__init__()
        self.log = MemoryFactLog(self.database)
        self.readers = self.other_readers = MemoryLogReaders(self.database)

    def slow_commits(self, pause: Callable[[], float]) -> AbstractContextManager[None]:
        return nullcontext()  # nothing comes between a write and its commit


class OnMemoryWithLog:
    @pytest.fixture
    def harness(self) -> MemoryLogHarness:
        return MemoryLogHarness()


class TestLog(OnMemoryWithLog, LogContract):
    pass
