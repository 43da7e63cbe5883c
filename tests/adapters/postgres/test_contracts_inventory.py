from tests.adapters.inventory import Elsewhere, Here
from tests.adapters.postgres.harness import InGroups, OnPostgres
from tests.contracts.inventory import InventoryContract


class TestHere(Here, OnPostgres, InventoryContract):
    pass


class TestElsewhere(Elsewhere, OnPostgres, InventoryContract):
    pass


class TestElsewhereInGroups(Elsewhere, InGroups, InventoryContract):
    pass
