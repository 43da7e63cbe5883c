from tests.adapters.memory.harness import OnMemory
from tests.contracts.units import UnitOfWorkContract


class TestUnitOfWork(OnMemory, UnitOfWorkContract):
    pass
