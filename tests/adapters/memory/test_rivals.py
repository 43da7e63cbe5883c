from tests.adapters.memory.harness import OnMemory
from tests.contracts.rivals import RivalsContract


class TestRivals(OnMemory, RivalsContract):
    pass
