from tests.adapters.memory.harness import OnMemory
from tests.contracts.refunds import RefundsContract


class TestRefunds(OnMemory, RefundsContract):
    pass
