from tests.adapters.memory.harness import OnMemory
from tests.contracts.sales import SalesContract


class TestSales(OnMemory, SalesContract):
    pass
