from tests.adapters.inventory import Elsewhere, Here
from tests.adapters.memory.harness import OnMemory
from tests.contracts.inventory import InventoryContract


class TestHere(Here, OnMemory, InventoryContract):
    pass


class TestElsewhere(Elsewhere, OnMemory, InventoryContract):
    pass
