from tests.adapters.memory.harness import OnMemory
from tests.contracts.limits import LimitsContract


class TestLimits(OnMemory, LimitsContract):
    pass
