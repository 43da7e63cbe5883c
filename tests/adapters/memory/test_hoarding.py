from tests.adapters.memory.harness import OnMemory
from tests.contracts.hoarding import HoardingContract


class TestHoarding(OnMemory, HoardingContract):
    pass
