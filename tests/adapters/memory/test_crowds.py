from tests.adapters.memory.harness import OnMemory
from tests.contracts.crowds import CrowdsContract


class TestCrowds(OnMemory, CrowdsContract):
    pass
