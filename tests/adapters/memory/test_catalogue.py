from tests.adapters.memory.harness import OnMemory
from tests.contracts.catalogue import CatalogueContract


class TestCatalogue(OnMemory, CatalogueContract):
    pass
